using HyphaMarket.Brokerage.Epochs;
using HyphaMarket.Brokerage.Leases;
using HyphaMarket.Brokerage.Settlement;
using HyphaMarket.Brokerage.Traders;
using HyphaMarket.Market.Ids;
using HyphaMarket.Market.Slots;
using HyphaMarket.Node.Api.Contracts;
using HyphaMarket.Node.Networking;
using HyphaMarket.Node.Storage;
using HyphaMarket.Wire;
using HyphaMarket.Wire.Messages;
using Microsoft.Extensions.Logging;
using OrderState = HyphaMarket.Brokerage.Traders.OrderState;

namespace HyphaMarket.Node.Trading;

/// <summary>This node as an owner: the loop around its orders, its settlements in both roles and its leases.</summary>
public sealed partial class TraderRoom : CoreLoop
{
    /// <summary>Certified fills of own orders that are remembered for showing.</summary>
    private const int MaxShownFills = 4096;

    private readonly TraderSurroundings _node;
    private readonly ILogger _log;
    private readonly TraderOrders _orders;
    private readonly SettlementCore _settlement;
    private readonly Dictionary<MarketId, WatchClient> _watches = [];
    private readonly HashSet<MarketId> _following = [];
    private readonly PendingAnswers<SettleResponse> _settleRequests = new();
    private readonly PendingAnswers<LeaseResponse> _leaseRequests = new();
    private readonly Dictionary<Hash256, ShownFill> _fills = [];
    private readonly Queue<Hash256> _fillOrder = new();
    private readonly Dictionary<Hash256, SettleStream> _streams = [];
    private readonly List<(Order Order, Func<Order, bool> Holds, TaskCompletionSource Done)> _waitingForOrders = [];

    public TraderRoom(TraderSurroundings node, TimeProvider time, ILogger<TraderRoom> log)
        : base(time, log)
    {
        ArgumentNullException.ThrowIfNull(node);
        (_node, _log) = (node, log);
        _orders = new TraderOrders(node.Markets.RulesOf, new TraderOptions(), node.Signer) { CanOffer = (now, asks) => _settlement!.Worker.CanOffer(now, asks) };
        _settlement = new SettlementCore(
            node.SettlementOptions,
            node.LeaseOptions,
            new SettlementKeys(node.NetworkId, node.Signer, node.Verifier),
            new CertifiedFillVerifier(node.NetworkId, node.Brokers.Known, node.Verifier),
            new SpotDelivery(node.Schedule),
            node.Capacity,
            new BuyerRenews(lease => RenewalWish?.Invoke(lease, _orders, _settlement!) ?? true, _ => true));
        node.Brokers.Changed += config => _ = KnowAsync(config).AsTask();
    }

    protected override Instant? NextTimer
    {
        get
        {
            var (orders, settlement) = (_orders.NextTimer, _settlement.NextTimer);
            return orders is null ? settlement : settlement is { } at && at < orders ? at : orders;
        }
    }

    /// <summary>Takes the journal back in and begins.</summary>
    public void Restore()
    {
        _orders.Restore(Now, _node.Replayed);
        _settlement.Restore(Now, _node.Replayed, _node.JournalDamage);
        foreach (var standing in _settlement.Standings)
        {
            _orders.OnMatched(standing.Offer, standing.Match, standing.Quantity);
            if (!standing.Stands) _orders.OnMatchFell(Now, standing.Offer, standing.Match, standing.Quantity, returns: false);
        }

        CarryOut();
        Start();
    }

    /// <summary>Places an order; the outcome's order goes on to change in the loop, so only <see cref="ReadAsync"/> reads it.</summary>
    /// <returns>With the outcome, a task that completes when the order is no longer on its way to the brokers.</returns>
    /// <exception cref="JournalFailedException">By that task: the order is not durable and was sent to nobody.</exception>
    public Task<(OrderOutcome Outcome, Task Submitted)> CreateAsync(OrderTerms terms, string? idempotencyKey, CancellationToken cancellationToken)
    {
        // The caller's; in the loop another one would be current.
        var trace = System.Diagnostics.Activity.Current?.Context;
        return AskAsync(() => Create(terms, idempotencyKey, trace), cancellationToken);
    }

    /// <summary>Places orders together: those of one market are signed as one bundle.</summary>
    /// <returns>In the order of the terms; see <see cref="CreateAsync"/>.</returns>
    public Task<(OrderOutcome Outcome, Task Submitted)[]> CreateManyAsync(IReadOnlyList<OrderTerms> terms, CancellationToken cancellationToken)
    {
        var trace = System.Diagnostics.Activity.Current?.Context;
        return AskAsync(() => _orders.CreateMany(Now, terms).Select(outcome => Follow(outcome, trace)).ToArray(), cancellationToken);
    }

    /// <summary>The market's broker set was found: what waits for it goes out, and its fills are watched.</summary>
    public ValueTask KnowAsync(EpochConfig config) => PostAsync(() => Know(config));

    /// <summary>Reads the cores in the loop.</summary>
    public Task<T> ReadAsync<T>(Func<TraderOrders, SettlementCore, T> read, CancellationToken cancellationToken) => AskAsync(() => read(_orders, _settlement), cancellationToken);

    /// <summary>Sets what all claims and leases of this scheduler together may cost from now on; what is committed stays.</summary>
    /// <param name="micros">Micro-credits; 0 buys nothing more.</param>
    internal ValueTask SetBudgetAsync(long micros) => PostAsync(() => _settlement.Scheduler.SetBudget(micros));

    /// <summary>The same for one market, beside what all may cost; null takes the market's own limit away.</summary>
    internal ValueTask SetBudgetAsync(MarketId market, long? micros) => PostAsync(() => _settlement.Scheduler.SetBudget(market, micros));

    /// <summary>Whether a lease that this node buys is to be renewed, asked in the loop; null renews all.</summary>
    internal Func<Lease, TraderOrders, SettlementCore, bool>? RenewalWish { private get; set; }

    /// <summary>Cancels an order.</summary>
    /// <returns>A task that completes when the cancel is durable; null where the order is over or there is none.</returns>
    /// <exception cref="JournalFailedException">By that task: the cancel is not durable and was sent to nobody.</exception>
    public Task<Task?> CancelAsync(OfferId id, CancellationToken cancellationToken) =>
        AskAsync(() => _orders.Cancel(Now, id) && _orders.Find(id) is { } order ? WhenAsync(order, one => one.IsOver) : null, cancellationToken);

    /// <summary>Gives notice of a lease's end; null, or the code of why not.</summary>
    public Task<string?> EndAsync(RecordId lease, string reason, CancellationToken cancellationToken) => AskAsync(() => _settlement.Leases.End(Now, lease, reason), cancellationToken);

    /// <summary>A buyer's step on the settle protocol.</summary>
    public Task<SettleResponse> OnSettleAsync(ParticipantId from, SettleRequest request, CancellationToken cancellationToken) =>
        AnsweredAsync(_settleRequests, number => _settlement.OnSettleRequest(Now, from, request, number), cancellationToken);

    /// <summary>The other party of a lease asks.</summary>
    public Task<LeaseResponse> OnLeaseAsync(ParticipantId from, LeaseRequest request, CancellationToken cancellationToken) =>
        AnsweredAsync(_leaseRequests, number => _settlement.Leases.OnRequest(Now, from, request, number), cancellationToken);

    protected override void OnTimer(Instant now)
    {
        _orders.OnTimer(now);
        _settlement.OnTimer(now);
        CloseIdleWatches();
    }

    protected override void CarryOut()
    {
        var more = true;
        while (more)
        {
            more = false;
            while (_orders.TryTake(out var effect))
            {
                CarryOut(effect);
                more = true;
            }

            while (_settlement.TryTake(out var effect))
            {
                CarryOut(effect);
                more = true;
            }
        }
    }

    protected override async ValueTask OnStoppedAsync()
    {
        foreach (var watch in _watches.Values) await watch.DisposeAsync();
        foreach (var stream in _streams.Values) stream.Close();
    }

    /// <summary>Completes when the order is as wanted; in the loop, before what was just done to it takes effect.</summary>
    private Task WhenAsync(Order order, Func<Order, bool> holds)
    {
        if (holds(order)) return Task.CompletedTask;
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _waitingForOrders.Add((order, holds, done));
        return done.Task;
    }

    private (OrderOutcome Outcome, Task Submitted) Create(OrderTerms terms, string? idempotencyKey, System.Diagnostics.ActivityContext? trace) => Follow(_orders.Create(Now, terms, idempotencyKey), trace);

    private (OrderOutcome Outcome, Task Submitted) Follow(OrderOutcome outcome, System.Diagnostics.ActivityContext? trace)
    {
        if (outcome.Order is not { } order) return (outcome, Task.CompletedTask);
        Trace(order.Offer.Id.Value, trace);
        return (outcome, WhenAsync(order, one => one.State != OrderState.Pending));
    }

    private void FailWaiting(Order order, JournalFailedException failure)
    {
        foreach (var (_, _, done) in _waitingForOrders.Where(waiting => waiting.Order == order)) done.TrySetException(failure);
        _waitingForOrders.RemoveAll(waiting => waiting.Order == order);
    }

    private void Know(EpochConfig config)
    {
        _orders.OnConfig(Now, config);
        KeepBrokerSet(config);
        if (_orders.Orders.Any(order => order.Offer.Market == config.Market && !order.IsOver)) Watch(config);
    }

    private void Watch(EpochConfig config)
    {
        if (_node.Markets.RulesOf(config.Market) is not { } rules) return;
        if (_watches.TryGetValue(config.Market, out var old))
        {
            if (old.Config.Id == config.Id) return;
            // The members of before that stay tell the last slots again, and the others have them from these.
            InBackground(async _ => await old.DisposeAsync());
        }

        var watch = new WatchClient(_node.Network, rules, config, news => _ = PostAsync(() => OnWatched(config, news)).AsTask(), () => _ = PostAsync(() => Follow(config.Market)).AsTask(), Time, _log);
        _watches[config.Market] = watch;
        watch.Start();
    }

    /// <summary>Asks for a later broker set, once at a time; what is learned comes back by <see cref="BrokerDirectory.Changed"/>.</summary>
    private void Follow(MarketId market)
    {
        if (!_following.Add(market)) return;
        InBackground(async stop =>
        {
            try
            {
                await _node.Brokers.FollowAsync(market, stop);
                // A broker that is gone is noticed by each stream that it breaks: a slot pair's pause is soon enough.
                await Task.Delay(TimeSpan.FromMilliseconds(2 * _node.Schedule.LengthMs), Time, stop);
            }
            finally
            {
                await PostAsync(() => _following.Remove(market));
            }
        });
    }

    /// <summary>A market in which nothing of ours can match any more is watched no longer.</summary>
    private void CloseIdleWatches()
    {
        foreach (var market in _watches.Keys.ToArray())
        {
            var horizon = (2 * _node.Schedule.ActivationPairs) + 4;
            var slot = _node.Schedule.SlotAt(Now);
            if (_orders.Orders.Any(order => order.Offer.Market == market && order.Offer.LastSlot.Value + horizon >= slot.Value)) continue;
            _watches.Remove(market, out var watch);
            InBackground(async _ => await watch!.DisposeAsync());
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Lease {Lease}: {Quantity} x {Profile} from {Seller} to {Buyer} at {PriceMicros} micro-credits a minute")]
    private partial void LogLease(RecordId lease, int quantity, string profile, string seller, string buyer, long priceMicros);

    [LoggerMessage(Level = LogLevel.Error, Message = "Part of the journal is lost; until {Until:O} nothing new is promised. {What}")]
    private partial void LogJournalLost(DateTimeOffset until, string what);

    [LoggerMessage(Level = LogLevel.Information, Message = "{What}: {Detail}")]
    private partial void LogHappened(string what, string detail);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The history cannot be written; what happens meanwhile will be missing in it, and nothing that was promised is touched: {Reason}")]
    private partial void LogHistoryFailed(string reason);
}
