using HyphaMarket.Brokerage.Traders;
using HyphaMarket.Market.Ids;
using HyphaMarket.Market.Money;
using HyphaMarket.Market.Offers;
using HyphaMarket.Node.Api;
using HyphaMarket.Node.Api.Contracts;
using HyphaMarket.Node.Api.Services;
using HyphaMarket.Node.Configuration;
using HyphaMarket.Node.Hosting;
using HyphaMarket.Node.Networking;

namespace HyphaMarket.Node.Trading;

/// <summary>This node's orders for the local API.</summary>
public sealed partial class OrderService(TraderService trader, TraderSurroundings surroundings, MachineUnits units, LiveOptions live, NodeDrain drain) : IOrderService
{
    /// <summary>How long a request waits for receipts before it answers with the order as it is.</summary>
    private static readonly TimeSpan SubmitWait = TimeSpan.FromSeconds(10);

    public async Task<OrderView> CreateAsync(OrderRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (drain.IsDraining && !request.DryRun) throw Draining();
        var terms = TermsOf(request);
        if (request.DryRun) return await DryRunAsync(request, terms, cancellationToken);
        // The brokers are found before the order is made: its first slot is that of its making, and brokers take no offer that starts in the past.
        if (await surroundings.Brokers.WaitAsync(terms.Market, cancellationToken) is not { } config) throw MarketService.NoBrokers(surroundings.NameOf(terms.Market));
        await trader.Room.KnowAsync(config);
        var (outcome, submitted) = await trader.Room.CreateAsync(terms, request.IdempotencyKey, cancellationToken);
        if (outcome.Order is not { } order) throw Refuse(outcome.Verdict.Reason, outcome.Verdict.Detail);
        try
        {
            await submitted.WaitAsync(SubmitWait, cancellationToken);
        }
        catch (TimeoutException)
        {
            // It stays on its way; the view says so.
        }

        var view = await ViewAsync(order.Offer.Id, cancellationToken);
        if (view.State == Api.Contracts.OrderState.Refused) throw RefusedByBrokers(view);
        return view;
    }

    public async Task<IReadOnlyList<OrderView>> ListAsync(string? state, int limit, CancellationToken cancellationToken) =>
        await trader.Room.ReadAsync<IReadOnlyList<OrderView>>(
            (orders, settlement) => orders.Orders.Select(order => View(order, settlement)).Where(view => state is null || view.State == state).Take(limit).ToArray(),
            cancellationToken);

    public async Task<OrderView> GetAsync(string id, CancellationToken cancellationToken) => await ViewAsync(await FindAsync(id, cancellationToken), cancellationToken);

    public async Task<OrderView> CancelAsync(string id, CancellationToken cancellationToken)
    {
        var offer = await FindAsync(id, cancellationToken);
        if (await trader.Room.CancelAsync(offer, cancellationToken) is not { } cancelled) throw new ApiException(ApiFailure.Refused, "order-over", "The order is over: it cannot be cancelled.", "See `hypha-market order get`.");
        await cancelled.WaitAsync(cancellationToken);
        return await ViewAsync(offer, cancellationToken);
    }

    private OrderTerms TermsOf(OrderRequest request)
    {
        if (!surroundings.Markets.TryFind(request.Market, out var market, out var problem)) throw new ApiException(ApiFailure.NotFound, "unknown-profile", problem ?? $"There is no market \"{request.Market}\".", CatalogueFiles.Hint);
        var side = request.Side switch
        {
            "bid" => Side.Bid,
            "ask" => Side.Ask,
            _ => throw Bad("side", $"The side is \"{request.Side}\"; it must be bid (buy) or ask (sell)."),
        };
        CheckRole(side, market, request);
        var rules = surroundings.Markets.RulesOf(market)!;
        var constraints = request.Constraints.Select(ConstraintOf).ToArray();
        return new OrderTerms
        {
            Market = market,
            Side = side,
            LimitPrice = new MicroCredits(request.PriceMicros),
            Quantity = request.Quantity,
            MinimumFill = request.MinimumFill,
            LeaseTermMinutes = request.TermMinutes,
            LifeSlots = request.TtlSeconds is { } seconds ? LifeOf(seconds, rules.TtlCapSlots) : rules.TtlCapSlots,
            Attributes = [.. request.Attributes.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => new OfferAttribute(pair.Key, pair.Value))],
            Constraints = constraints,
            Distinct = request.Distinct,
            Addresses = surroundings.Network.Addresses.ToBytes(),
        };
    }

    /// <summary>A scheduler buys and a worker sells, and a worker no more than its machine holds.</summary>
    private void CheckRole(Side side, MarketId market, OrderRequest request)
    {
        if (side == Side.Bid && !live.Current.Roles.HasFlag(NodeRoles.Scheduler)) throw new ApiException(ApiFailure.Refused, "not-a-scheduler", "This node does not buy: it has not the role scheduler.", "Start it with `--role scheduler`.");
        if (side == Side.Bid) return;
        if (!live.Current.Roles.HasFlag(NodeRoles.Worker)) throw new ApiException(ApiFailure.Refused, "not-a-worker", "This node does not sell: it has not the role worker.", "Start it with `--role worker`.");
        if (!units.Units.TryGetValue(market, out var held)) throw new ApiException(ApiFailure.Refused, "profile-not-held", $"This machine does not sell {surroundings.NameOf(market)}.", "Set \"worker.profile\" in its configuration; see `hypha-market profile detect`.");
        if (request.Quantity > held) throw new ApiException(ApiFailure.Refused, "quantity-range", $"This machine holds {held} units of {surroundings.NameOf(market)}, not {request.Quantity}.", "Offer less, or set \"worker.slots\".");
        if (request.TermMinutes > live.Current.Worker.LongestTerm.TotalMinutes) throw new ApiException(ApiFailure.Refused, "quantity-range", $"The lease term of {request.TermMinutes} minutes is longer than this worker's longest, {live.Current.Worker.LongestTerm.TotalMinutes:0} minutes.", "Offer a shorter term, or set \"worker.longestTerm\".");
        if (request.PriceMicros < live.Current.Worker.FloorPriceMicros) throw new ApiException(ApiFailure.Refused, "price-range", $"The price is below this worker's floor of {CreditText.PerMinute(live.Current.Worker.FloorPriceMicros)}.", "Ask more, or lower \"worker.floorPrice\".");
    }

    private long LifeOf(int seconds, long cap)
    {
        if (seconds < 1) throw Bad("ttl", "An order lives at least one second.");
        var slots = surroundings.Schedule.SlotsIn(seconds * 1000L);
        if (slots > cap) throw Bad("ttl", $"An order lives at most {cap * surroundings.Schedule.LengthMs / 1000} seconds in this network, not {seconds}.");
        // One slot pair at least, or it could never match.
        return Math.Max(2, slots);
    }

    private static OfferConstraint ConstraintOf(string text)
    {
        var negated = text.Contains("!=", StringComparison.Ordinal);
        var parts = text.Split(negated ? "!=" : "=", 2);
        if (parts.Length != 2 || parts[0].Length == 0 || parts[1].Length == 0) throw Bad("constraint", $"The constraint \"{text}\" is not of the form key=value,value or key!=value.");
        return new OfferConstraint(parts[0], negated, [.. parts[1].Split(',').Order(StringComparer.Ordinal)]);
    }

    private async Task<OrderView> DryRunAsync(OrderRequest request, OrderTerms terms, CancellationToken cancellationToken)
    {
        var now = new Market.Slots.Instant(surroundings.Network.Host.Time.GetUtcNow().ToUnixTimeMilliseconds());
        var (offer, verdict) = await trader.Room.ReadAsync((orders, _) => orders.Preview(now, terms), cancellationToken);
        if (offer is null) throw Refuse(verdict.Reason, verdict.Detail);
        return new OrderView
        {
            Id = "",
            Market = terms.Market.ToString(),
            Profile = surroundings.NameOf(terms.Market),
            Side = request.Side,
            State = Api.Contracts.OrderState.DryRun,
            PriceMicros = request.PriceMicros,
            Quantity = request.Quantity,
            MinimumFill = request.MinimumFill,
            TermMinutes = request.TermMinutes,
            FirstSlot = offer.FirstSlot.Value,
            LastSlot = offer.LastSlot.Value,
            ExpiresAt = DateTimeOffset.FromUnixTimeMilliseconds(surroundings.Schedule.EndOf(offer.LastSlot).UnixMs),
        };
    }

    private async Task<OfferId> FindAsync(string id, CancellationToken cancellationToken)
    {
        if (OfferId.TryParse(id, out var whole) && await trader.Room.ReadAsync((orders, _) => orders.Find(whole) is not null, cancellationToken)) return whole;
        if (id.Length < 6) throw Bad("order-id", "Name an order by its id, or by at least its first 6 digits.");
        var matches = await trader.Room.ReadAsync(
            (orders, _) => orders.Orders.Select(order => order.Offer.Id).Where(known => known.ToString().StartsWith(id, StringComparison.OrdinalIgnoreCase)).Take(2).ToArray(),
            cancellationToken);
        return matches.Length switch
        {
            1 => matches[0],
            0 => throw new ApiException(ApiFailure.NotFound, "unknown-order", $"There is no order {id}.", "See `hypha-market order ls`."),
            _ => throw Bad("order-id", $"Several orders begin with {id}. Give more digits."),
        };
    }

    private Task<OrderView> ViewAsync(OfferId id, CancellationToken cancellationToken) =>
        trader.Room.ReadAsync((orders, settlement) => View(orders.Find(id) ?? throw new ApiException(ApiFailure.NotFound, "unknown-order", $"There is no order {id}."), settlement), cancellationToken);

    private OrderView View(Order order, Brokerage.Settlement.SettlementCore settlement) => OrderViews.ViewOf(
        order,
        surroundings.Schedule,
        surroundings.NameOf(order.Offer.Market),
        [.. settlement.Leases.Leases.Where(lease => lease.Match.Bid == order.Offer.Id || lease.Match.Ask == order.Offer.Id).Select(lease => lease.Id.ToString())]);

    private static ApiException Draining() => new(ApiFailure.Unavailable, "draining", "This node was drained and takes no more orders.", "Start it anew.");

    private static ApiException RefusedByBrokers(OrderView view) => new(ApiFailure.Refused, view.Reason ?? "refused", $"The brokers refused the order: {view.Hint}");

    private static ApiException Bad(string code, string reason) => new(ApiFailure.BadRequest, code, reason);

    private static ApiException Refuse(OfferRefusal reason, string detail) => new(ApiFailure.Refused, reason.Code(), detail);
}
