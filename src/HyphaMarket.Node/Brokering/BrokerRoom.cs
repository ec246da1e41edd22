using HyphaMarket.Brokerage.Brokers;
using HyphaMarket.Brokerage.Epochs;
using HyphaMarket.Brokerage.Journal;
using HyphaMarket.Libp2p.Gossipsub;
using HyphaMarket.Market.Ids;
using HyphaMarket.Market.Slots;
using HyphaMarket.Node.Api.Contracts;
using HyphaMarket.Node.Intake;
using HyphaMarket.Node.Networking;
using HyphaMarket.Node.Storage;
using HyphaMarket.Wire.Messages;
using Microsoft.Extensions.Logging;

namespace HyphaMarket.Node.Brokering;

/// <summary>One market as this broker serves it: the loop around its cores, from the forming of the broker set to certificates.</summary>
public sealed partial class BrokerRoom : CoreLoop
{
    private readonly BrokerSurroundings _node;
    private readonly ILogger _log;
    private readonly MarketRules _rules;
    private readonly EpochFormation _formation;
    private readonly PendingAnswers<EpochResponse> _epochRequests = new();
    private readonly WatcherList _watchers = new();
    private readonly SmoothedSize _size = new();
    private GossipsubSubscription? _subscription;
    private MarketBroker? _broker;
    private volatile BrokerRoomStatus _status = BrokerRoomStatus.None;
    private Slot _heartbeat = new(-1);
    private readonly MarketIntake _intake;
    private readonly string _topic;
    private readonly TopicOptions _topicOptions;

    /// <summary>What the step under way wants gossiped.</summary>
    private readonly List<BrokerEffect.Gossip> _toGossip = [];

    /// <summary>The newest entries of this market's broker since the node started: one that left the set and comes back must know them. Older votes are of slots long closed.</summary>
    private readonly Queue<JournalEntry> _since = new();

    public BrokerRoom(BrokerSurroundings node, MarketRules rules, TimeProvider time, ILogger<BrokerRoom> log)
        : base(time, log)
    {
        ArgumentNullException.ThrowIfNull(node);
        ArgumentNullException.ThrowIfNull(rules);
        (_node, _rules, _log) = (node, rules, log);
        _formation = new EpochFormation(rules, node.EpochOptions, node.Signer, node.Verifier) { MaySign = !node.JournalIsDamaged };
        _formation.Restore(node.Replayed);
        _topic = MarketProtocols.Topic(rules.Network, rules.Market);
        _topicOptions = new TopicOptions
        {
            // Records carry their own signatures, and copies of one record from two senders are one message.
            SignaturePolicy = SignaturePolicy.StrictNoSign,
            MessageId = MessageIds.TopicAndContent,
            Validator = ValidateAsync,
        };
        _intake = new MarketIntake(rules, node.Signer, node.Verifier, node.Verifiers, () => Now, Poke);
    }

    /// <summary>The state for status pages; published after every input.</summary>
    public BrokerRoomStatus Status => _status;

    protected override Instant? NextTimer
    {
        get
        {
            var next = _formation.NextTimer;
            if (_broker is not null && (next is not { } at || _broker.NextTimer < at)) next = _broker.NextTimer;
            return _intake.PublishDue is { } due && (next is not { } other || due < other) ? due : next;
        }
    }

    /// <summary>Somebody asks for the broker set, or a member asks to sign one.</summary>
    public Task<EpochResponse> OnEpochAsync(EpochRequest request, CancellationToken cancellationToken) =>
        AnsweredAsync(_epochRequests, number => _formation.OnRequest(Now, number, request), cancellationToken);

    /// <summary>What a slot was matched from, if it is certified and remembered; nothing where it is too large for one message.</summary>
    public Task<SlotResponse> InputOfAsync(long slot, CancellationToken cancellationToken) => AskAsync(
        () => _broker?.InputOf(new Slot(slot)) is { } input && input.CalculateSize() <= MarketProtocols.MaxMessage ? input : new SlotResponse(),
        cancellationToken);

    /// <summary>Adds an owner that wants to be told; null where this node does not broker the market or has too many watchers.</summary>
    internal Task<Watcher?> WatchAsync(ParticipantId owner, WatchRequest request, CancellationToken cancellationToken) => AskAsync(
        () =>
        {
            if (_broker is null || _watchers.Add(owner, request.All) is not { } watcher) return null;
            foreach (var slot in _broker.CertifiedSince(new Slot(request.SinceSlot))) watcher.Offer(NoticesOf(slot, watcher));
            watcher.Offer(Event());
            return watcher;
        },
        cancellationToken);

    internal ValueTask UnwatchAsync(Watcher watcher) => PostAsync(() => _watchers.Remove(watcher));

    protected override void OnTimer(Instant now)
    {
        // Who knows that its clock is wrong, or may have forgotten what it signed, signs no set.
        _formation.MaySign = !(_broker?.IsAbstaining ?? _node.JournalIsDamaged) && _broker?.IsClockSkewed != true;
        _formation.OnTimer(now);
        if (_broker is null) return;
        _broker.OnTimer(now);
        if (_broker.IsRetired)
        {
            Retire();
            return;
        }

        var slot = _broker.CurrentSlot;
        if (slot.IsMatch || slot == _heartbeat) return;
        _heartbeat = slot;
        // "A heartbeat once a slot pair": a watcher that hears nothing knows that the broker is gone.
        foreach (var watcher in _watchers.All) watcher.Offer(Event());
        KeepConnected(_broker);
    }

    protected override void CarryOut()
    {
        while (_formation.TryTake(out var effect)) CarryOut(effect);
        while (_broker is { } broker && broker.TryTake(out var effect)) CarryOut(broker, effect);
        Gossip();
        PublishStatus();
        _intake.Publish(_broker, _formation.Current);
    }

    protected override async ValueTask OnStoppedAsync()
    {
        foreach (var watcher in _watchers.All) watcher.Complete();
        if (_subscription is not null) await _subscription.DisposeAsync();
    }

    /// <summary>This node gives its places in broker sets up, because it is to be shut down.</summary>
    public ValueTask LeaveAsync() => PostAsync(() => _formation.IsLeaving = true);

    private WatchEvent Event() => new() { Slot = _broker!.CurrentSlot.Value, Epoch = _formation.Current?.Epoch ?? 0 };

    /// <summary>A broker that left a set serves what it holds until nobody needs it any more.</summary>
    private void Retire()
    {
        foreach (var watcher in _watchers.All.ToArray()) _watchers.Remove(watcher);
        _broker = null;
        var subscription = _subscription;
        _subscription = null;
        if (subscription is not null) InBackground(async _ => await subscription.DisposeAsync());
        LogRetired(_node.NameOf(_rules.Market));
        _node.Tell(new NodeEvent { Event = NodeEventKind.Broker, Market = _rules.Market.ToString(), Profile = _node.NameOf(_rules.Market), Message = "This node is no broker of the market any more." });
    }

    private void Become(EpochConfig config)
    {
        _node.Adopted(config);
        _broker?.Succeed(Now, config);
        foreach (var watcher in _watchers.All) if (_broker is not null) watcher.Offer(Event());
        LogSet(_node.NameOf(_rules.Market), config.Epoch, config.Kind, config.Members.Count, config.FirstSlot);
        if (config.IndexOf(_node.Signer.Id) < 0) return;
        if (_broker is null)
        {
            _broker = new MarketBroker(_rules, config, _node.BrokerOptions, _node.Signer, _intake.Signatures, [.. _formation.Path.Where(earlier => earlier.Epoch < config.Epoch)]);
            _broker.Restore([.. _node.Replayed, .. _since], _node.Journal.DamageHash);
            InBackground(SubscribeAsync);
        }

        KeepConnected(_broker);
        LogBecameBroker(_node.NameOf(_rules.Market), config.Members.Count, config.Quorum.Votes);
        _node.Tell(new NodeEvent
        {
            Event = NodeEventKind.Broker,
            Market = _rules.Market.ToString(),
            Profile = _node.NameOf(_rules.Market),
            Slot = config.FirstSlot.Value,
            Quantity = config.Members.Count,
            Message = $"This node is one of {config.Members.Count} brokers of {_node.NameOf(_rules.Market)}; {config.Quorum.Votes} votes certify.",
        });
    }

    private void PublishStatus()
    {
        var broker = _broker;
        var next = _formation.Wish is { } wish && _formation.Current is { } set ? ChangeText.Of(set, wish, _node.Signer.Id) : null;
        _status = broker is null
            ? BrokerRoomStatus.None
            : new BrokerRoomStatus(broker.Config, next, broker.CurrentSlot, broker.OfferCount, broker.MayVote && !broker.IsAbstaining && _node.Journal.Failure is null, broker.IsClockSkewed, broker.Clocks.Peers == 0 ? null : -broker.Clocks.MedianAheadMs(), broker.IsCatchingUp);
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Broker of {Market}: {Brokers} brokers, {Votes} votes certify.")]
    private partial void LogBecameBroker(string market, int brokers, int votes);

    [LoggerMessage(Level = LogLevel.Information, Message = "The broker set of {Market} is that of epoch {Epoch} ({Kind}): {Brokers} brokers from slot {First} on.")]
    private partial void LogSet(string market, ulong epoch, EpochKind kind, int brokers, Slot first);

    [LoggerMessage(Level = LogLevel.Information, Message = "No broker of {Market} any more.")]
    private partial void LogRetired(string market);

    [LoggerMessage(Level = LogLevel.Debug, Message = "{Market} slot {Slot}: {What} ({Detail})")]
    private partial void LogReport(string market, Slot slot, BrokerReport what, string detail);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Market}: {Detail}")]
    private partial void LogWarning(string market, string detail);
}
