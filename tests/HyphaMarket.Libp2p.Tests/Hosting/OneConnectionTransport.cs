using HyphaMarket.Libp2p.Multiformats;
using HyphaMarket.Libp2p.Transport;

namespace HyphaMarket.Libp2p.Tests.Hosting;

/// <summary>A dial that ends in a channel the test made.</summary>
internal sealed class OneConnectionTransport(Stream channel) : ITransport
{
    public static Multiaddr Address { get; } = Multiaddr.Parse("/dns4/given.example/tcp/1/ws");

    public bool CanDial(Multiaddr address) => address.Equals(Address);

    public ValueTask<TransportConnection> DialAsync(Multiaddr address, CancellationToken cancellationToken) => new(new TransportConnection(channel, null, address, null));

    public ValueTask<ITransportListener> ListenAsync(Multiaddr address, CancellationToken cancellationToken) => throw new NotSupportedException();
}
