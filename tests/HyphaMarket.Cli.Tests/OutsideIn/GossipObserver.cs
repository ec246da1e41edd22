using HyphaMarket.Libp2p.Gossipsub;
using HyphaMarket.Libp2p.Hosting;
using HyphaMarket.Libp2p.Identity;
using HyphaMarket.Libp2p.Multiformats;
using HyphaMarket.Libp2p.Transport;
using HyphaMarket.Market.Slots;
using HyphaMarket.Tests.Shared.Namespaces;
using HyphaMarket.Wire;
using HyphaMarket.Wire.Messages;

namespace HyphaMarket.Cli.Tests.OutsideIn;

/// <summary>A stranger that listens to a market's gossip: it holds no daemon's word for anything.</summary>
internal sealed class GossipObserver : IAsyncDisposable
{
    /// <summary>Ten minutes of four traders and five brokers make some thousands.</summary>
    private const int MostRecords = 1_000_000;

    private readonly Host _host;
    private readonly GossipsubService _gossip;
    private readonly KeyPair _keys;
    private readonly List<(Instant At, Record Record)> _records = [];
    private readonly HashSet<RecordId> _known = [];

    private GossipObserver(KeyPair keys, Host host) => (_keys, _host, _gossip) = (keys, host, GossipsubService.Start(host, new GossipsubOptions { HeartbeatInterval = TimeSpan.FromMilliseconds(500) }));

    /// <summary>All records heard so far with when, each once, in the order of hearing.</summary>
    public IReadOnlyList<(Instant At, Record Record)> Heard
    {
        get
        {
            lock (_records) return [.. _records];
        }
    }

    public static async Task<GossipObserver> StartAsync(NamespaceThread machine, string address, string topic, CancellationToken stop)
    {
        var keys = KeyPair.Generate();
        var host = new Host(keys, new HostOptions { ListenAddresses = [Multiaddr.Parse(address)] }, transports: [new NamespaceTransport(machine, new TcpTransport())]);
        var observer = new GossipObserver(keys, host);
        await host.StartAsync(stop);
        await observer._gossip.SubscribeAsync(topic, new TopicOptions { SignaturePolicy = SignaturePolicy.StrictNoSign, MessageId = MessageIds.TopicAndContent }, observer.OnMessageAsync, stop);
        return observer;
    }

    /// <summary>Connects to whichever of these it has lost; those that cannot be reached now may be next time.</summary>
    public async Task ReachAsync(IEnumerable<string> addresses, CancellationToken stop)
    {
        foreach (var address in addresses.Select(Multiaddr.Parse))
        {
            if (!address.TryGetPeer(out var peer) || _host.IsConnected(peer)) continue;
            try
            {
                using var limit = CancellationTokenSource.CreateLinkedTokenSource(stop);
                limit.CancelAfter(TimeSpan.FromSeconds(3));
                await _host.ConnectAsync(peer, [address.WithoutPeer()], limit.Token);
            }
            catch (Exception e) when (e is IOException or OperationCanceledException && !stop.IsCancellationRequested)
            {
                // It is down, frozen or cut off, by the test's own doing.
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _gossip.DisposeAsync();
        await _host.DisposeAsync();
        _keys.Dispose();
    }

    private ValueTask OnMessageAsync(PeerId from, PubsubMessage message, CancellationToken cancellationToken)
    {
        var record = Record.Parser.ParseFrom(message.Data.Span);
        lock (_records)
        {
            if (_records.Count >= MostRecords) throw new InvalidOperationException($"More than {MostRecords} records: this is no market of a test.");
            if (_known.Add(SignedRecords.IdOf(record))) _records.Add((new Instant(DateTimeOffset.UtcNow.ToUnixTimeMilliseconds()), record));
        }

        return ValueTask.CompletedTask;
    }
}
