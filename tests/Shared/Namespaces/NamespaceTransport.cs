using HyphaMarket.Libp2p.Multiformats;
using HyphaMarket.Libp2p.Transport;

namespace HyphaMarket.Tests.Shared.Namespaces;

/// <summary>A transport whose sockets live in a namespace: it makes them on the namespace's thread, to which it also returns after each wait.</summary>
internal sealed class NamespaceTransport(NamespaceThread thread, ITransport inner) : ITransport
{
    public bool CanDial(Multiaddr address) => inner.CanDial(address);

    public async ValueTask<TransportConnection> DialAsync(Multiaddr address, CancellationToken cancellationToken) =>
        await thread.Run(() => inner.DialAsync(address, cancellationToken).AsTask());

    public async ValueTask<ITransportListener> ListenAsync(Multiaddr address, CancellationToken cancellationToken) =>
        new Listener(thread, await thread.Run(() => inner.ListenAsync(address, cancellationToken).AsTask()));

    private sealed class Listener(NamespaceThread thread, ITransportListener inner) : ITransportListener
    {
        public IReadOnlyList<Multiaddr> GetAddresses() => thread.Run(inner.GetAddresses);

        public ValueTask<TransportConnection?> AcceptAsync(CancellationToken cancellationToken) => inner.AcceptAsync(cancellationToken);

        public ValueTask DisposeAsync() => inner.DisposeAsync();
    }
}
