using System.Threading.Channels;
using HyphaMarket.Libp2p.Discovery.Mdns;

namespace HyphaMarket.Tests.Shared.Namespaces;

/// <summary>The multicast group within a namespace: its interfaces are looked at, and its sockets made, by the namespace's thread.</summary>
internal sealed class NamespaceMdnsLink(NamespaceThread thread) : IMdnsLink
{
    private readonly MulticastLink _inner = new(maxInterfaces: 16);

    public ChannelReader<byte[]> Packets => _inner.Packets;

    public void Refresh() => thread.Run(() =>
    {
        _inner.Refresh();
        return true;
    });

    public Task SendAsync(ReadOnlyMemory<byte> packet, CancellationToken cancellationToken) => _inner.SendAsync(packet, cancellationToken);

    public ValueTask DisposeAsync() => _inner.DisposeAsync();
}
