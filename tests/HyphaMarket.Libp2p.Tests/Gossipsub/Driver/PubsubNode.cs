using System.Threading.Channels;
using HyphaMarket.Libp2p.Gossipsub;
using HyphaMarket.Libp2p.Hosting;
using HyphaMarket.Libp2p.Identity;
using HyphaMarket.Libp2p.Multiformats;

namespace HyphaMarket.Libp2p.Tests.Gossipsub.Driver;

/// <summary>A host on loopback with gossipsub, and what its subscription was given.</summary>
internal sealed class PubsubNode : IAsyncDisposable
{
    public const string Topic = "market/test";

    /// <summary>Far above what any of these tests takes; it only keeps a failure from hanging.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    /// <summary>A quick heartbeat, so that meshes form in a moment.</summary>
    public static readonly GossipsubOptions Quick = new() { HeartbeatInterval = TimeSpan.FromMilliseconds(100) };

    private readonly Channel<PubsubMessage> _received = Channel.CreateUnbounded<PubsubMessage>();

    private PubsubNode(KeyPair keys, Host host, GossipsubService pubsub)
    {
        Keys = keys;
        Host = host;
        Pubsub = pubsub;
    }

    public KeyPair Keys { get; }
    public Host Host { get; }
    public GossipsubService Pubsub { get; }
    public GossipsubSubscription? Subscription { get; private set; }
    public PeerId Id => Host.Id;
    public long Count(GossipsubCounter counter) => Pubsub.Counters[counter];

    public static async Task<PubsubNode> StartAsync(
        GossipsubOptions? options = null, TopicOptions? topic = null, MessageHandler? handler = null, bool subscribe = true,
        Func<PeerId, ReadOnlyMemory<byte>?>? signedRecordOf = null)
    {
        var keys = KeyPair.Generate();
        var host = new Host(keys, new HostOptions { ListenAddresses = [Multiaddr.Parse("/ip4/127.0.0.1/tcp/0")] });
        await host.StartAsync();
        var node = new PubsubNode(keys, host, GossipsubService.Start(host, options ?? Quick, signedRecordOf: signedRecordOf));
        if (subscribe) node.Subscription = await node.Pubsub.SubscribeAsync(Topic, topic ?? TopicOptions.Default, handler ?? node.KeepAsync);
        return node;
    }

    public Task ConnectAsync(PubsubNode other) => Host.ConnectAsync(other.Id, other.Host.Addresses);

    public Task<PublishResult> PublishAsync(params byte[] data) => Pubsub.PublishAsync(Topic, data);

    /// <summary>Waits until every given node is in this node's mesh and this node in theirs.</summary>
    public async Task MeshedWithAsync(params PubsubNode[] others)
    {
        foreach (var other in others)
        {
            await UntilAsync(async () =>
                (await Pubsub.MeshPeersAsync(Topic)).Contains(other.Id) && (await other.Pubsub.MeshPeersAsync(Topic)).Contains(Id));
        }
    }

    public async Task<PubsubMessage> NextAsync()
    {
        using var patience = new CancellationTokenSource(Patience);
        return await _received.Reader.ReadAsync(patience.Token);
    }

    /// <summary>What was delivered and not yet looked at.</summary>
    public List<PubsubMessage> Rest()
    {
        var rest = new List<PubsubMessage>();
        while (_received.Reader.TryRead(out var message)) rest.Add(message);
        return rest;
    }

    public Task CountedAsync(GossipsubCounter counter, long count) => UntilAsync(() => Task.FromResult(Count(counter) >= count));

    public static async Task UntilAsync(Func<Task<bool>> holds)
    {
        using var patience = new CancellationTokenSource(Patience);
        while (!await holds()) await Task.Delay(10, patience.Token);
    }

    public async ValueTask DisposeAsync()
    {
        await Pubsub.DisposeAsync();
        await Host.DisposeAsync();
        Keys.Dispose();
    }

    private ValueTask KeepAsync(PeerId from, PubsubMessage message, CancellationToken cancellationToken) => _received.Writer.WriteAsync(message, cancellationToken);
}
