using HyphaMarket.Libp2p.Hosting;
using HyphaMarket.Libp2p.Identity;
using HyphaMarket.Libp2p.Multiformats;
using HyphaMarket.Libp2p.Ping;
using HyphaMarket.Libp2p.Transport;
using HyphaMarket.Libp2p.Transport.WebSockets;

namespace HyphaMarket.Interop.Tests.Harness;

/// <summary>A node of HyphaMarket.Libp2p in this process, on loopback, with a key of its own.</summary>
internal sealed class NetPeer : IAsyncDisposable
{
    private static readonly TimeSpan PingDeadline = TimeSpan.FromSeconds(60);

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly KeyPair _keys;

    private NetPeer(KeyPair keys, Host host)
    {
        _keys = keys;
        Host = host;
    }

    /// <summary>Deadlines that a loaded machine does not reach, since what is tested here is what is said and not how fast.</summary>
    public static HostOptions Patient { get; } =
        new() { DialTimeout = Patience, UpgradeTimeout = Patience, NegotiationTimeout = Patience, IdentifyTimeout = Patience };

    /// <summary>The same for web sockets.</summary>
    public static WebSocketTransportOptions PatientWebSockets { get; } = new() { HandshakeTimeout = Patience, FirstFrameDelay = Patience };

    public Host Host { get; }

    /// <summary>The peer id, base58btc.</summary>
    public string Id => Host.Id.ToString();

    /// <summary>The loopback address without the trailing <c>/p2p</c>.</summary>
    public string TransportAddress => Host.Addresses[0].ToString();

    /// <summary>The loopback address with the trailing <c>/p2p</c>.</summary>
    public string Address => Host.Addresses[0].WithPeer(Host.Id).ToString();

    /// <param name="options">Null for the options of a busy machine: deadlines that only bound a hang.</param>
    /// <param name="transports">Null for TCP and web sockets, as a host has them by itself.</param>
    public static async Task<NetPeer> StartAsync(string listen = "/ip4/127.0.0.1/tcp/0", HostOptions? options = null, IReadOnlyList<ITransport>? transports = null)
    {
        var keys = KeyPair.Generate();
        options = (options ?? Patient) with { ListenAddresses = [Multiaddr.Parse(listen)] };
        var peer = new NetPeer(keys, new Host(keys, options, transports: transports ?? [new TcpTransport(), new WebSocketTransport(PatientWebSockets)]));
        try
        {
            await peer.Host.StartAsync();
            return peer;
        }
        catch
        {
            await peer.DisposeAsync();
            throw;
        }
    }

    /// <summary>Dials a js peer; gives its peer id.</summary>
    public async Task<PeerId> ConnectAsync(JsPeer js, CancellationToken cancellationToken)
    {
        var peer = PeerId.Parse(js.Id);
        await Host.ConnectAsync(peer, [Multiaddr.Parse(js.TransportAddress)], cancellationToken);
        return peer;
    }

    public Task<TimeSpan> PingAsync(PeerId peer, CancellationToken cancellationToken) => PingProtocol.PingAsync(Host, peer, PingDeadline, cancellationToken);

    /// <summary>A task that ends when identify told of a peer. Ask before the connection is made.</summary>
    public Task WhenIdentifiedAsync(string peerId)
    {
        var wanted = PeerId.Parse(peerId);
        var identified = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Host.PeerIdentified += peer =>
        {
            if (peer == wanted) identified.TrySetResult();
        };
        return identified.Task;
    }

    public async ValueTask DisposeAsync()
    {
        await Host.DisposeAsync();
        _keys.Dispose();
    }
}
