using System.Runtime.CompilerServices;

using HyphaMarket.Node.Api.Contracts;
using HyphaMarket.Node.Api.Services;

namespace HyphaMarket.Cli.Tests.TestSupport;

// Prices, explanations, the network, the account, and the node's end.
internal sealed partial class StubDaemon : IPriceService, IOrderExplainer, INetworkService, INodeControl, IAccountService
{
    public const string Peer = "12D3KooWSiERfyefMFiEGj9RFyQjRX7L9JG3FKrrxTk1dy9UEL5i";

    public Task<IReadOnlyList<TradeView>> ListTradesAsync(string? market, DateTimeOffset? before, int limit, CancellationToken cancellationToken) => Task.FromResult<IReadOnlyList<TradeView>>(
        [.. Enumerable.Range(1, 3).Select(slot => new TradeView
        {
            Match = $"{slot:x64}", Market = new string('a', 64), Profile = "discovery-alpha", Slot = slot, At = DateTimeOffset.UnixEpoch.AddSeconds(slot), Quantity = slot, PriceMicros = 12_000 + slot,
            BuyPriceMicros = 12_000 + slot, SellPriceMicros = 12_000 + slot, Own = slot == 1,
        }).Reverse().Take(limit)]);

    public Task<IReadOnlyList<CandleView>> ListCandlesAsync(string market, string interval, DateTimeOffset? from, int limit, CancellationToken cancellationToken) => Task.FromResult<IReadOnlyList<CandleView>>(
    [
        new CandleView
        {
            Market = new string('a', 64), Profile = "discovery-alpha", Interval = interval, At = DateTimeOffset.UnixEpoch, OpenMicros = 12_001, HighMicros = 12_003, LowMicros = 12_001, CloseMicros = 12_003,
            MeanMicros = 12_002, Units = 6, Trades = 3,
        },
    ]);

    public Task<PriceSuggestionView> SuggestAsync(string market, string side, TimeSpan window, CancellationToken cancellationToken) => Task.FromResult(new PriceSuggestionView
    {
        Market = new string('a', 64), Profile = "discovery-alpha", Side = side, SuggestedMicros = 12_002, Basis = "The median of recent trades, weighted by units.", Scope = "own", Trades = 3, Units = 6,
        Since = DateTimeOffset.UnixEpoch, Percentiles = [new PricePointView(50, 12_002)], BestBid = new LevelView(12_000, 3, 2),
    });

    public async Task<OrderExplanationView> ExplainAsync(string id, CancellationToken cancellationToken) => new()
    {
        Order = await ((IOrderService)this).GetAsync(id, cancellationToken), Code = OrderExplanation.LimitNotCrossed, Reason = "The best of the asks is dearer.", Change = "Raise the price.", ChangePriceMicros = 13_000,
        AheadUnits = 2, AheadOffers = 1, BestOpposite = new LevelView(13_000, 1, 1), Chance = 0.25, ChanceWindows = 144, Scope = "all",
    };

    public IReadOnlyList<PeerView> ListPeers() => [new PeerView { Peer = Peer, Address = "/ip4/192.0.2.7/tcp/4001", Direction = "outbound", Server = true, AgeSeconds = 61 }];

    public async IAsyncEnumerable<PingView> PingAsync(string target, int count, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await Task.Yield();
        for (var seq = 1; seq <= count; seq++) yield return seq == PingThatFails ? new PingView(target, seq, null, "No answer.") : new PingView(target, seq, 1.5, null);
    }

    public int PingThatFails { get; set; }

    public Task<IReadOnlyList<CheckView>> CheckAsync(CancellationToken cancellationToken) => Task.FromResult<IReadOnlyList<CheckView>>([CheckView.Ok("dht", "Well."), NetworkCheck]);

    public CheckView NetworkCheck { get; set; } = CheckView.Skipped("reachable", "Not known.");

    public Task<WhereAmIView> WhereAmIAsync(CancellationToken cancellationToken) => Task.FromResult(new WhereAmIView
    {
        Peer = Peer, Addresses = ["/ip4/192.0.2.7/tcp/4001"], Reachability = "public",
        Holdings = [.. Holdings.Select(state => new HoldingView { About = "order", Order = new string('b', 64), Profile = "discovery-alpha", At = Peer, State = state, Detail = "rank 1" })],
    });

    public string[] Holdings { get; set; } = [HoldingView.Held];

    public Task<DrainView> DrainAsync(bool dryRun, CancellationToken cancellationToken)
    {
        if (!dryRun) IsDrained = true;
        return Task.FromResult(new DrainView { Cancelled = 2, LeftMarkets = 1, ActiveLeases = 0 });
    }

    public bool IsDrained { get; private set; }

    /// <summary>The process goes on: what ends is what a client can see.</summary>
    StopView INodeControl.Stop()
    {
        _ = _host.StopAsync(CancellationToken.None);
        return new StopView(Environment.ProcessId, 15);
    }

    public Task<StatementView> GetStatementAsync(DateTimeOffset? from, DateTimeOffset? to, CancellationToken cancellationToken) => Task.FromResult(new StatementView
    {
        From = from, To = to, EarnedMicros = 0, SpentMicros = 120_000, Cut = StatementIsCut,
        Lines =
        [
            new StatementLineView
            {
                Lease = new string('c', 64), Profile = "discovery-alpha", Role = "buyer", Counterparty = Peer, State = "active", StartsAt = DateTimeOffset.UnixEpoch, EndsAt = DateTimeOffset.UnixEpoch.AddHours(1), Quantity = 1,
                PriceMicros = 12_000, Minutes = 10, AmountMicros = -120_000,
            },
        ],
    });

    public bool StatementIsCut { get; set; }
}
