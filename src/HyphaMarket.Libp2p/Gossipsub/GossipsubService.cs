using System.Collections.Concurrent;
using System.Net;
using System.Threading.Channels;
using HyphaMarket.Libp2p.Gossipsub.Driver;
using HyphaMarket.Libp2p.Gossipsub.Routing;
using HyphaMarket.Libp2p.Gossipsub.Scoring;
using HyphaMarket.Libp2p.Gossipsub.Signing;
using HyphaMarket.Libp2p.Gossipsub.Wire;
using HyphaMarket.Libp2p.Hosting;
using HyphaMarket.Libp2p.Identity;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace HyphaMarket.Libp2p.Gossipsub;

/// <summary>Gossipsub on a host: joins the router to streams, signatures, validators and handlers. Safe for use by many threads.</summary>
/// <remarks>
/// One loop, which runs on the threads of its callers, owns the router and every session; all else hands it closures, of which a bounded number wait. A stream's reader waits where the loop
/// or the validation of its peer's messages is behind, so a fast sender is slowed down by its own flow control.
/// </remarks>
public sealed partial class GossipsubService : IAsyncDisposable
{
    private const string Floodsub = "/floodsub/1.0.0", MeshV10 = "/meshsub/1.0.0", MeshV11 = "/meshsub/1.1.0", MeshV12 = "/meshsub/1.2.0";

    private readonly IHost _host;
    private readonly GossipsubOptions _options;
    private readonly ILogger _log;
    private readonly Func<PeerId, bool> _isOutbound;
    private readonly GossipsubRouter _router;
    private readonly string[] _protocols;
    private readonly long _origin;
    private readonly InputLoop _inputs;
    private readonly Channel<(Validate Request, PeerSession? Session)> _validations;
    private readonly SemaphoreSlim _waitingValidators;
    private readonly PeerDials _dials;
    private readonly Dictionary<PeerId, PeerSession> _sessions = [];
    private readonly ConcurrentDictionary<string, GossipsubSubscription> _subscriptions = new();
    private readonly CancellationTokenSource _stopping = new();
    private readonly List<Task> _tasks = [];
    private long _sequence;
    private int _disposed;

    private GossipsubService(
        IHost host, GossipsubOptions options, ILogger log, IPeerScore? score, Func<PeerId, bool>? isOutbound, Func<PeerId, ReadOnlyMemory<byte>?>? signedRecordOf)
    {
        _host = host;
        _options = options;
        _log = log;
        _isOutbound = isOutbound ?? (peer => IsDialled(host, peer));
        // The host is asked for addresses, which the router has no notion of.
        if (options.Scoring is { } scoring) score ??= new PeerScore(scoring, peer => AddressesOf(host, peer));
        // An unpredictable seed, or others could foresee whom we graft.
        _router = new GossipsubRouter(options, host.Id, new Random(System.Security.Cryptography.RandomNumberGenerator.GetInt32(int.MaxValue)), score: score, signedRecordOf: signedRecordOf ?? host.PeerStore.GetSignedRecord);
        _protocols = options.Floodsub ? [MeshV12, MeshV11, MeshV10, Floodsub] : [MeshV12, MeshV11, MeshV10];
        _origin = host.Time.GetTimestamp();
        // Nanoseconds of the clock, as in go-libp2p and js-libp2p, so that the numbers go on rising after a restart.
        _sequence = (host.Time.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks * 100;
        _inputs = new InputLoop(options.MaxQueuedInputs, RunInput);
        // The router never has more under validation than fit in here.
        _validations = Channel.CreateBounded<(Validate, PeerSession?)>(options.MaxPendingValidations);
        _waitingValidators = new SemaphoreSlim(options.MaxWaitingValidators);
        _dials = new PeerDials(host, options, Counters, LogNotReached, _stopping.Token);
    }

    public GossipsubCounters Counters => _router.Counters;

    /// <summary>Begins: registers the protocols with the host and speaks with every peer that knows one of them.</summary>
    /// <param name="options">Its <see cref="GossipsubOptions.Scoring"/> turns peer scoring on.</param>
    /// <param name="score">A score of the caller's own; null takes that of the options.</param>
    /// <param name="isOutbound">Whether we dialled a connected peer, which decides over D_out and over GRAFTs beyond D_hi; null asks the host.</param>
    /// <param name="signedRecordOf">The signed peer record of a connected peer, which <see cref="GossipsubOptions.PeerExchange"/> passes on; null asks the peer store.</param>
    /// <exception cref="ArgumentException">The options contradict each other.</exception>
    public static GossipsubService Start(
        IHost host, GossipsubOptions? options = null, ILoggerFactory? loggerFactory = null, IPeerScore? score = null, Func<PeerId, bool>? isOutbound = null,
        Func<PeerId, ReadOnlyMemory<byte>?>? signedRecordOf = null)
    {
        ArgumentNullException.ThrowIfNull(host);
        ILogger log = loggerFactory?.CreateLogger<GossipsubService>() ?? NullLogger<GossipsubService>.Instance;
        var service = new GossipsubService(host, options ?? new GossipsubOptions(), log, score, isOutbound, signedRecordOf);
        service.Begin();
        return service;
    }

    /// <summary>Joins a topic.</summary>
    /// <param name="handler">Gets every accepted message once, one at a time; own messages are not given back.</param>
    /// <exception cref="ArgumentException">The topic's name is not valid, or an option is out of range.</exception>
    /// <exception cref="InvalidOperationException">We are subscribed to the topic already, or to too many.</exception>
    public async Task<GossipsubSubscription> SubscribeAsync(string topic, TopicOptions options, MessageHandler handler, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(handler);
        options.Validate();
        // Checks the name as every message's is.
        _ = PubsubMessage.Unsigned(topic, default);
        cancellationToken.ThrowIfCancellationRequested();
        return await AskLoopAsync(
            () =>
            {
                _router.Subscribe(Now, topic, options);
                var subscription = new GossipsubSubscription(this, topic, options, handler, _options.MaxQueuedDeliveries);
                _subscriptions[topic] = subscription;
                return subscription;
            },
            // Once asked, the loop subscribes; somebody must get the subscription to dispose of it.
            CancellationToken.None);
    }

    /// <summary>Publishes a message in a topic, which we need not be subscribed to.</summary>
    /// <param name="options">The topic's rules; where null, those of the subscription, or else <see cref="TopicOptions.Default"/>.</param>
    /// <returns>How many peers it went to. Nobody being there is a result and no exception.</returns>
    /// <exception cref="ArgumentException">The message is too large for a frame, or the topic's name is not valid.</exception>
    public async Task<PublishResult> PublishAsync(string topic, ReadOnlyMemory<byte> data, TopicOptions? options = null, CancellationToken cancellationToken = default)
    {
        var rules = options ?? (_subscriptions.TryGetValue(topic, out var subscription) ? subscription.Options : TopicOptions.Default);
        // Signed here and not in the loop, so that many publishers use many processors. Both ways copy the data, since the message outlives this call.
        var message = rules.SignaturePolicy == SignaturePolicy.StrictSign
            ? MessageSigning.Sign(_host.Keys, topic, data.Span, (ulong)Interlocked.Increment(ref _sequence))
            : PubsubMessage.Unsigned(topic, data);
        if (RpcEncoder.SizeOf(new Rpc { Messages = [message] }) > _options.MaxRpcBytes)
        {
            throw new ArgumentException($"A message with its envelope has at most {_options.MaxRpcBytes} bytes.", nameof(data));
        }
        return await AskLoopAsync(() => PublishInLoop(message, rules), cancellationToken);
    }

    /// <summary>The peers that are subscribed to a topic.</summary>
    public Task<IReadOnlyList<PeerId>> PeersAsync(string topic, CancellationToken cancellationToken = default) =>
        AskLoopAsync(() => _router.Peers(topic), cancellationToken);

    /// <summary>The peers in our mesh of a topic; none unless we are subscribed.</summary>
    public Task<IReadOnlyList<PeerId>> MeshPeersAsync(string topic, CancellationToken cancellationToken = default) =>
        AskLoopAsync(() => _router.MeshPeers(topic), cancellationToken);

    /// <summary>The peer's score, which is 0 for one that nothing is known of and for all without scoring.</summary>
    public Task<double> ScoreAsync(PeerId peer, CancellationToken cancellationToken = default) => AskLoopAsync(() => _router.Score(peer), cancellationToken);

    /// <summary>Ends: takes leave of every topic (<see cref="GossipsubOptions.LeaveTimeout"/>), leaves every stream and stops every handler.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0) return;
        _host.PeerConnected -= OnPeerSeen;
        _host.PeerIdentified -= OnPeerIdentified;
        _host.PeerDisconnected -= OnPeerLost;
        foreach (var protocol in _protocols) _host.Unhandle(protocol);
        await TakeLeaveAsync();
        await _stopping.CancelAsync();
        await _inputs.CloseAsync();
        await Task.WhenAll(_tasks);
        await _dials.FinishAsync();
        // The loop has ended, so the sessions are ours.
        foreach (var session in _sessions.Values) session.End();
        foreach (var peer in _options.ExplicitPeers) _host.Unprotect(peer.Id, ExplicitTag);
        await Task.WhenAll(_sessions.Values.Select(session => session.Writer));
        foreach (var session in _sessions.Values) session.Dispose();
        foreach (var subscription in _subscriptions.Values) await subscription.DisposeAsync();
        _stopping.Dispose();
        _waitingValidators.Dispose();
    }

    /// <summary>v1.0: "Upon leaving a topic, a peer will notify the members of its mesh with a PRUNE message": they need not find out that we are gone.</summary>
    private async Task TakeLeaveAsync()
    {
        var left = new TaskCompletionSource<Task>(TaskCreationOptions.RunContinuationsAsynchronously);
        using var deadline = new CancellationTokenSource(_options.LeaveTimeout, _host.Time);
        try
        {
            await PostAsync(() => left.TrySetResult(LeaveInLoop()), deadline.Token);
            await (await left.Task.WaitAsync(deadline.Token)).WaitAsync(deadline.Token);
        }
        catch (OperationCanceledException) when (deadline.IsCancellationRequested)
        {
            LogHastyLeave(_options.LeaveTimeout);
        }
    }

    /// <summary>Leaves every topic; the task ends when every peer has been told.</summary>
    private Task LeaveInLoop()
    {
        foreach (var topic in _subscriptions.Keys) _router.Unsubscribe(Now, topic);
        CarryOutEffects();
        foreach (var session in _sessions.Values) session.Queue.Complete();
        // Where there is no stream yet, the peer has not heard of us either.
        return Task.WhenAll(_sessions.Values.Where(session => session.Outbound is not null && !session.IsDormant).Select(session => session.Writer));
    }

    internal async Task UnsubscribeAsync(GossipsubSubscription subscription)
    {
        if (!_subscriptions.TryRemove(new KeyValuePair<string, GossipsubSubscription>(subscription.Topic, subscription)) || _stopping.IsCancellationRequested) return;
        try
        {
            await AskLoopAsync(
                () =>
                {
                    _router.Unsubscribe(Now, subscription.Topic);
                    return true;
                },
                CancellationToken.None);
        }
        catch (ObjectDisposedException)
        {
            // The service ended in the meantime, and with it every subscription.
        }
    }

    internal void OnHandlerFault(string topic, Exception exception)
    {
        Counters.Add(GossipsubCounter.HandlerFaults);
        LogHandlerFault(topic, exception);
    }

    /// <summary>Unknown counts as inbound: then nobody gets the privileges of a peer that we chose ourselves.</summary>
    private static bool IsDialled(IHost host, PeerId peer) =>
        host is Host known && known.Connections.Any(connection => connection.Peer == peer && connection.Direction == ConnectionDirection.Outbound);

    /// <summary>Where the peer's direct connections come from; a relay's address says nothing of who is behind it.</summary>
    private static IReadOnlyList<IPAddress> AddressesOf(IHost host, PeerId peer) => host is Host known
        ? [.. known.AllConnections().Where(connection => connection.Peer == peer).Select(connection => connection.RemoteIp).OfType<IPAddress>()]
        : [];

    private void Begin()
    {
        _tasks.Add(Task.Run(RunHeartbeatAsync));
        foreach (var peer in _options.ExplicitPeers) _host.Protect(peer.Id, ExplicitTag);
        if (_options.ExplicitPeers.Count > 0) _tasks.Add(Task.Run(_dials.KeepExplicitAsync));
        for (var i = 0; i < _options.ValidationConcurrency; i++) _tasks.Add(Task.Run(RunValidatorAsync));
        _host.PeerConnected += OnPeerSeen;
        _host.PeerIdentified += OnPeerIdentified;
        _host.PeerDisconnected += OnPeerLost;
        foreach (var protocol in _protocols) _host.Handle(protocol, ServeInboundAsync);
        foreach (var peer in _host.ConnectedPeers) OnPeerSeen(peer);
    }
}
