using HyphaMarket.Brokerage.Leases;
using HyphaMarket.Brokerage.Settlement;
using HyphaMarket.Brokerage.Traders;
using HyphaMarket.Market.Ids;
using HyphaMarket.Market.Offers;
using HyphaMarket.Node.Api.Services;
using HyphaMarket.Node.Configuration;
using HyphaMarket.Node.Hosting;
using Microsoft.Extensions.Logging;

namespace HyphaMarket.Node.Trading.Standing;

/// <summary>Keeps leased what the configuration demands: <see cref="StandingDemand"/> over this node's orders and leases.</summary>
public sealed class DemandAgent(TraderService trader, TraderSurroundings surroundings, IOrderService orders, LiveOptions live, NodeDrain drain, TimeProvider time, ILogger<DemandAgent> log)
    : StandingAgent(trader, surroundings, orders, live, drain, time, log)
{
    private MarketId? _last;

    /// <summary>The profile of which was told that it is unknown here; a reload may name one that was added since the start.</summary>
    private string? _unknown;

    protected override string KeyPrefix => "standing-bid:";

    protected override string Side => "bid";

    private DemandOptions Demand => Live.Current.Scheduler.Demand;

    public override Task StartAsync(CancellationToken cancellationToken)
    {
        Trader.Room.RenewalWish = WantsRenewal;
        return base.StartAsync(cancellationToken);
    }

    protected override bool IsWanted(NodeOptions options) => options is { Scheduler.Demand: { Leases: > 0, Profile: not null } };

    protected override async Task<(MarketId Market, StandingDecision Decision)?> DecideAsync(CancellationToken stop)
    {
        var demand = Demand;
        MarketId? wanted = demand.Profile is { } profile && Surroundings.Markets.TryFind(profile, out var found, out _) ? found : null;
        if (wanted is null && demand.Profile is { } name && name != _unknown) Warn("unknown-profile", $"Nothing is bought of {name}: this daemon read its catalogue when it started, and the profile was not in it.", "Restart the node.");
        _unknown = wanted is null ? demand.Profile : null;
        // Of a profile that is demanded no more the bids are withdrawn first.
        if (_last is { } before && before != wanted)
        {
            var rest = await DecideAsync(before, demand with { Leases = 0 }, stop);
            if (rest.Actions.Count > 0) return (before, rest);
        }

        _last = wanted ?? await Trader.Room.ReadAsync((known, _) => known.OpenOrders.FirstOrDefault(order => StandingOrders.IsOurs(order, KeyPrefix))?.Offer.Market, stop);
        return _last is { } market ? (market, await DecideAsync(market, wanted is null ? demand with { Leases = 0 } : demand, stop)) : null;
    }

    private async Task<StandingDecision> DecideAsync(MarketId market, DemandOptions demand, CancellationToken stop) =>
        StandingDemand.Decide(demand, await Trader.Room.ReadAsync((known, settlement) => ViewOf(market, known, settlement), stop));

    private DemandView ViewOf(MarketId market, TraderOrders known, SettlementCore settlement)
    {
        var now = Now;
        return new DemandView(
            StandingOrders.In(known, market, Market.Offers.Side.Bid, Surroundings.Schedule, now, KeyPrefix),
            [
                .. from lease in settlement.Leases.Active(now)
                   where lease.Role == LeaseRole.Buyer && lease.Match.Market == market
                   select new StandingLease(lease.Id, lease.Match.Quantity, lease.EndsAt is not null, lease.MinutesAt(now) - lease.Minutes, StandingOrders.IsOurs(known.Find(lease.Match.Bid), KeyPrefix)),
            ],
            settlement.Scheduler.Purchases.Where(purchase => purchase.Match.Market == market && purchase.State is PurchaseState.Claiming or PurchaseState.Activated).Sum(purchase => purchase.Match.Quantity),
            settlement.Scheduler.LeftIn(market));
    }

    /// <summary>In the trader's loop. What was not bought by the policy is renewed as always.</summary>
    private bool WantsRenewal(Lease lease, TraderOrders known, SettlementCore settlement)
    {
        if (!StandingOrders.IsOurs(known.Find(lease.Match.Bid), KeyPrefix)) return true;
        if (Demand.Profile is not { } profile || !Surroundings.Markets.TryFind(profile, out var market, out _) || market != lease.Match.Market) return false;
        var before = settlement.Leases.Active(Now)
            .Where(other => other.Role == LeaseRole.Buyer && other.Match.Market == market && other.EndsAt is null && (other.Start, other.Id).CompareTo((lease.Start, lease.Id)) < 0)
            .Sum(other => other.Match.Quantity);
        return StandingDemand.WantsRenewal(Demand, lease.Match.Terms.BuyPriceMicros, before);
    }
}
