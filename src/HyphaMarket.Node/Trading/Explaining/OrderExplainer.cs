using HyphaMarket.Market.Ids;
using HyphaMarket.Market.Slots;
using HyphaMarket.Node.Api;
using HyphaMarket.Node.Api.Contracts;
using HyphaMarket.Node.Api.Services;
using HyphaMarket.Node.Configuration;
using HyphaMarket.Node.Pricing;
using HyphaMarket.Node.Storage.Prices;

namespace HyphaMarket.Node.Trading.Explaining;

/// <summary>Joins an order, the book and the past into an answer to "why does it not trade?".</summary>
public sealed class OrderExplainer(IOrderService orders, IMarketService markets, IPriceStore store, MarketSight sight, NetworkDefinition network, TimeProvider time) : IOrderExplainer
{
    /// <summary>As many as a broker answers.</summary>
    private const int Levels = 50;

    /// <summary>The last day's trades; of a market with more than so many, the latest.</summary>
    private const int MostTrades = 10_000;

    private static readonly TimeSpan Past = TimeSpan.FromDays(1);

    public async Task<OrderExplanationView> ExplainAsync(string id, CancellationToken cancellationToken)
    {
        var order = await orders.GetAsync(id, cancellationToken);
        var now = time.GetUtcNow();
        var rests = !OrderState.IsFinal(order.State);
        var book = rests ? await BookAsync(order.Market, cancellationToken) : null;
        var found = OrderDiagnosis.Of(order, book, network.Schedule.SlotAt(new Instant(now.ToUnixTimeMilliseconds())).Value);
        var chance = rests && order.State != OrderState.Submitting ? await ChanceAsync(order, (long)found.Ahead, now, cancellationToken) : null;
        return new OrderExplanationView
        {
            Order = order,
            Code = found.Code,
            Reason = found.Reason,
            Change = found.Change,
            ChangePriceMicros = found.ChangePriceMicros,
            AheadUnits = found.Ahead,
            AheadOffers = found.AheadOffers,
            TiedUnits = found.Tied,
            WithinLimitUnits = found.Within,
            BestOpposite = order.Side == "bid" ? book?.BestAsk : book?.BestBid,
            Chance = chance?.Share,
            ChanceWindows = chance?.Windows ?? 0,
            Scope = MarketId.TryParse(order.Market, out var market) ? sight.ScopeOf(market) : "own",
        };
    }

    private async Task<QuoteView?> BookAsync(string market, CancellationToken cancellationToken)
    {
        try
        {
            return await markets.QuoteAsync(market, Levels, cancellationToken);
        }
        catch (ApiException e) when (e.Failure is ApiFailure.Unavailable or ApiFailure.TimedOut)
        {
            // Said by the answer's code.
            return null;
        }
    }

    private async Task<FillChance?> ChanceAsync(OrderView order, long ahead, DateTimeOffset now, CancellationToken cancellationToken)
    {
        if (order.ExpiresAt is not { } end) return null;
        try
        {
            var trades = await store.ListTradesAsync(order.Market, (now - Past).ToUnixTimeMilliseconds(), long.MaxValue, MostTrades, cancellationToken);
            // What was before the first trade that is known may be a quiet market or a node that was not there to see.
            if (trades.Count == 0) return null;
            return FillChance.Estimate(trades, order.Side == "bid", order.PriceMicros, ahead + order.Quantity - order.Filled, (long)(end - now).TotalMilliseconds, trades.Min(trade => trade.AtMs), now.ToUnixTimeMilliseconds());
        }
        catch (PriceStoreException)
        {
            // The chance is missing in the answer; the failing database is told by the node's warnings.
            return null;
        }
    }
}
