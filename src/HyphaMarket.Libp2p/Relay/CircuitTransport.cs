using HyphaMarket.Libp2p.Hosting;
using HyphaMarket.Libp2p.Multiformats;
using HyphaMarket.Libp2p.Relay.Client;
using HyphaMarket.Libp2p.Transport;

namespace HyphaMarket.Libp2p.Relay;

/// <summary>Dials peers behind relays: <c>/…/p2p/RELAY/p2p-circuit/p2p/TARGET</c>. It connects with the relay first, and never over another relay.</summary>
/// <remarks>
/// Source: libp2p/specs relay/circuit-v2.md, "Connection Initiation". Every connection it makes is limited, even where the relay tells of no limit:
/// a path over somebody else's machine is for finding a better one. Relayed addresses are not listened on; a <see cref="RelayClient"/> reserves them.
/// </remarks>
/// <param name="host">The host that it is added to with <see cref="IHost.AddTransport"/>.</param>
public sealed class CircuitTransport(IHost host) : ITransport
{
    private static readonly DialOptions s_direct = new() { ForceDirect = true };

    public bool CanDial(Multiaddr address) => CircuitAddress.TryParse(address, out _);

    public async ValueTask<TransportConnection> DialAsync(Multiaddr address, CancellationToken cancellationToken)
    {
        if (!CircuitAddress.TryParse(address, out var circuit) || circuit.Target is not { } target) throw new IOException("it is no address of a peer behind one relay");
        if (target == host.Id) throw new IOException("it leads to this node itself");
        if (circuit.Relay == host.Id) throw new IOException("this node itself is the relay");
        if (circuit.Relay == target) throw new IOException("the peer is the relay itself");
        await host.ConnectAsync(circuit.Relay, circuit.RelayAddress is { } direct ? [direct] : [], s_direct, cancellationToken);
        var (stream, answer) = await HopRequests.ConnectAsync(host, circuit.Relay, target, cancellationToken);
        return new TransportConnection(new CircuitStream(stream), LocalAddress: null, address, RemoteIp: null) { Limits = answer.Limits ?? NoLimits };
    }

    /// <exception cref="IOException">Always: a <see cref="RelayClient"/> with the relay among its <see cref="RelayClientOptions.Relays"/> does it.</exception>
    public ValueTask<ITransportListener> ListenAsync(Multiaddr address, CancellationToken cancellationToken) =>
        throw new IOException($"{address} cannot be listened on: a relayed address is reserved; name the relay in RelayClientOptions.Relays.");

    /// <summary>Of a circuit whose relay tells of no limit: the connection counts as limited all the same.</summary>
    internal static ConnectionLimits NoLimits { get; } = new(Duration: null, Bytes: null);
}
