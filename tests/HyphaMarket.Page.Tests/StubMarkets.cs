using System.Net;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text;

using HyphaMarket.Market.Profiles;
using HyphaMarket.Node.Api;
using HyphaMarket.Node.Api.Contracts;
using HyphaMarket.Node.Api.Services;

namespace HyphaMarket.Page.Tests;

/// <summary>A market with a book, prices, brokers, orders and a lease, all made up; the test moves the best bid.</summary>
internal sealed class StubMarkets : IMarketService, IPriceService, IOrderService, ILeaseService
{
    public const string Alive = "discovery-alpha";

    private static readonly DateTimeOffset s_noon = new(2026, 11, 22, 12, 0, 0, TimeSpan.Zero);
    private readonly Lock _gate = new();
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _bid = 11_900;

    /// <summary>Moves the best bid, which everybody who watches is told.</summary>
    public void Bid(long micros)
    {
        lock (_gate)
        {
            _bid = micros;
            _changed.SetResult();
            _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
        }
    }

    public Task<IReadOnlyList<MarketView>> ListAsync(CancellationToken cancellationToken) => Task.FromResult<IReadOnlyList<MarketView>>(
        [.. ProfileCatalogue.BuiltIn.Profiles.Select(profile => new MarketView { Market = profile.Id.ToString(), Profile = profile.Slug, Brokers = profile.Slug == Alive ? 5 : 0, Quorum = profile.Slug == Alive ? 4 : 0 })]);

    public Task<QuoteView> QuoteAsync(string market, int levels, CancellationToken cancellationToken) => Task.FromResult(Quote());

    public async IAsyncEnumerable<QuoteView> WatchAsync(string market, int levels, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        while (true)
        {
            if (market != Alive) throw new ApiException(ApiFailure.Unavailable, "no-brokers", $"No broker set of {market} is known yet.", "Try again in some seconds.");
            Task changed;
            lock (_gate) changed = _changed.Task;
            yield return Quote();
            await changed.WaitAsync(cancellationToken);
        }
    }

    public Task<BrokerSetView> GetBrokersAsync(string market, CancellationToken cancellationToken) => Task.FromResult(new BrokerSetView
    {
        Market = market, Epoch = 7, Quorum = 4, Tolerated = 1, FirstSlot = 1_000, Kind = "change",
        Members = [.. Enumerable.Range(1, 5).Select(i => new BrokerView { Peer = $"12D3KooW{new string((char)('A' + i), 44)}", Self = i == 1, Connected = i != 4 })],
    });

    public Task<BrokerWhyView> ExplainBrokersAsync(string market, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<ProofView> GetBrokerProofAsync(string market, CancellationToken cancellationToken) => throw new NotSupportedException();

    /// <summary>Bytes that are no proof: checking them for real comes to "refuted".</summary>
    public Task<ProofView> GetProofAsync(string match, CancellationToken cancellationToken) => Task.FromResult(new ProofView { Id = match, File = "no proof"u8.ToArray() });

    /// <summary>The last one's match id is hostile text, as a peer could send it where ids are not checked.</summary>
    public Task<IReadOnlyList<TradeView>> ListTradesAsync(string? market, DateTimeOffset? before, int limit, CancellationToken cancellationToken) => Task.FromResult<IReadOnlyList<TradeView>>(
        market != Alive ? [] : [.. Enumerable.Range(0, 8).Select(i => new TradeView
        {
            Match = i == 7 ? "<img src=x onerror=document.title='owned'>" : Id($"match-{i}"), Market = Alive, Slot = 2_000 - i, At = s_noon.AddSeconds(-37 * i), Quantity = 1 + (i % 3),
            PriceMicros = 12_000 + (i * 13), BuyPriceMicros = 12_000 + (i * 13), SellPriceMicros = 12_000 + (i * 13), Own = i == 2, Proof = i < 3,
        })]);

    public Task<IReadOnlyList<CandleView>> ListCandlesAsync(string market, string interval, DateTimeOffset? from, int limit, CancellationToken cancellationToken) => Task.FromResult<IReadOnlyList<CandleView>>(
        market != Alive ? [] : [.. Enumerable.Range(0, 48).Select(i =>
        {
            var (open, close) = (PriceAt(i), PriceAt(i + 1));
            return new CandleView
            {
                Market = market, Interval = interval, At = s_noon.AddMinutes(i - 48), OpenMicros = open, CloseMicros = close, HighMicros = Math.Max(open, close) + 40, LowMicros = Math.Min(open, close) - 35,
                MeanMicros = (open + close) / 2, Units = 3, Trades = 2,
            };
        })]);

    public Task<PriceSuggestionView> SuggestAsync(string market, string side, TimeSpan window, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<IReadOnlyList<OrderPlacement>> CreateManyAsync(IReadOnlyList<OrderRequest> requests, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<OrderView> CreateAsync(OrderRequest request, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<IReadOnlyList<OrderView>> ListAsync(string? state, int limit, CancellationToken cancellationToken) => Task.FromResult<IReadOnlyList<OrderView>>(
        [new OrderView { Id = Id("order"), Market = Alive, Profile = Alive, Side = "bid", State = OrderState.Open, PriceMicros = 11_900, Quantity = 2, TermMinutes = 60, FirstSlot = 1, LastSlot = 2 }]);

    public Task<OrderView> GetAsync(string id, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<OrderView> CancelAsync(string id, CancellationToken cancellationToken) => throw new NotSupportedException();

    Task<IReadOnlyList<LeaseView>> ILeaseService.ListAsync(string? state, int limit, CancellationToken cancellationToken) => Task.FromResult<IReadOnlyList<LeaseView>>(
        [new LeaseView
        {
            Id = Id("lease"), Match = Id("match-2"), Market = Alive, Profile = Alive, Role = "buyer",
            Counterparty = "12D3KooWPeer", Quantity = 1, PriceMicros = 12_026, State = "active", StartsAt = s_noon, EndsAt = s_noon.AddHours(1),
        }]);

    Task<LeaseView> ILeaseService.GetAsync(string id, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<LeaseView> EndAsync(string id, string reason, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<LeaseCheckView> CheckAsync(string id, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<IReadOnlyList<LeaseCheckView>> ListChecksAsync(string id, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<ITunnel> OpenTunnelAsync(string id, IPEndPoint local, int remotePort, CancellationToken cancellationToken) => throw new NotSupportedException();

    private static string Id(string of) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(of)));

    /// <summary>A wave that rises: some candles up, some down, the same at each run.</summary>
    private static long PriceAt(int i) => 11_600 + (i * 9) + (long)(Math.Sin(i / 3.0) * 120);

    private QuoteView Quote()
    {
        long bid;
        lock (_gate) bid = _bid;
        var bids = Enumerable.Range(0, 12).Select(i => new LevelView(bid - (i * 60), (ulong)(2 + (i * 3 % 7)), 1)).ToArray();
        var asks = Enumerable.Range(0, 12).Select(i => new LevelView(12_100 + (i * 55), (ulong)(1 + (i * 5 % 6)), 1)).ToArray();
        return new QuoteView
        {
            Market = Alive, Profile = Alive, Slot = 2_001, BestBid = bids[0], BestAsk = asks[0], Bids = bids, Asks = asks, BidUnits = (ulong)bids.Sum(level => (long)level.Units), AskUnits = (ulong)asks.Sum(level => (long)level.Units),
            Offers = 24, LastCertifiedSlot = 2_000, LastPriceMicros = 12_000, Answers = 2, At = s_noon,
        };
    }
}
