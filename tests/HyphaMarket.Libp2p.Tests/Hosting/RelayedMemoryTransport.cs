using HyphaMarket.Libp2p.Multiformats;
using HyphaMarket.Libp2p.Transport;

namespace HyphaMarket.Libp2p.Tests.Hosting;

/// <summary>Connections in memory that say of themselves that they are relayed: <c>/dns/NAME.memory/tcp/PORT/p2p/RELAY/p2p-circuit</c>.</summary>
internal sealed class RelayedMemoryTransport(MemoryTransport inner, ConnectionLimits limits) : ITransport
{
    private const string Suffix = "/p2p/12D3KooWD3eckifWpRn9wQpMG9R9hX3sD158z7EqHWmweQAJU5SA/p2p-circuit";

    /// <summary>The addresses that were dialled, as they were given.</summary>
    public List<Multiaddr> Dialled { get; } = [];

    public static Multiaddr Address(string name) => Multiaddr.Parse($"/dns/{name}.memory/tcp/1{Suffix}");

    public bool CanDial(Multiaddr address) => address.IsRelayed;

    public async ValueTask<TransportConnection> DialAsync(Multiaddr address, CancellationToken cancellationToken)
    {
        lock (Dialled) Dialled.Add(address);
        return await inner.DialAsync(Plain(address), cancellationToken) with { Limits = limits };
    }

    public async ValueTask<ITransportListener> ListenAsync(Multiaddr address, CancellationToken cancellationToken) =>
        new Listener(await inner.ListenAsync(Plain(address), cancellationToken), address, limits);

    private static Multiaddr Plain(Multiaddr address) => Multiaddr.Parse(address.ToString().Split("/p2p/")[0]);

    private sealed class Listener(ITransportListener inner, Multiaddr address, ConnectionLimits limits) : ITransportListener
    {
        public IReadOnlyList<Multiaddr> GetAddresses() => [address];

        public async ValueTask<TransportConnection?> AcceptAsync(CancellationToken cancellationToken) =>
            await inner.AcceptAsync(cancellationToken) is { } raw ? raw with { Limits = limits } : null;

        public ValueTask DisposeAsync() => inner.DisposeAsync();
    }
}
