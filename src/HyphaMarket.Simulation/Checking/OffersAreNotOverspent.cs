using HyphaMarket.Brokerage.Leases;
using HyphaMarket.Market.Ids;
using HyphaMarket.Market.Offers;
using HyphaMarket.Simulation.Nodes;

namespace HyphaMarket.Simulation.Checking;

/// <summary>The leases that came of one signed offer are within its quantity, its price and its life.</summary>
public sealed class OffersAreNotOverspent : Invariant
{
    private readonly Dictionary<OfferId, Dictionary<Hash256, int>> _units = [];

    public override string Name => "no honest trader trades beyond what it signed";

    internal override void OnLeaseOpened(TraderNode trader, Lease lease)
    {
        var own = trader.Side == Side.Bid ? lease.Match.Bid : lease.Match.Ask;
        if (trader.Orders?.Find(own) is not { } order)
        {
            Violated($"{trader.Name} leased for the offer {own}, which it never placed");
            return;
        }

        if (!_units.TryGetValue(own, out var matches)) _units.Add(own, matches = []);
        matches[lease.Match.Match] = lease.Match.Quantity;
        var (price, limit) = (trader.Side == Side.Bid ? lease.Match.Terms.BuyPriceMicros : lease.Match.Terms.SellPriceMicros, order.Offer.LimitPrice.Value);
        if (matches.Values.Sum() > order.Offer.Quantity) Violated($"{trader.Name} leased {matches.Values.Sum()} units for an offer of {order.Offer.Quantity}");
        if (trader.Side == Side.Bid ? price > limit : price < limit) Violated($"{trader.Name} trades at {price} beyond its limit of {limit}");
        if (lease.Match.Slot < order.Offer.FirstSlot || lease.Match.Slot > order.Offer.LastSlot) Violated($"{trader.Name} trades in slot {lease.Match.Slot} outside its offer's {order.Offer.FirstSlot} to {order.Offer.LastSlot}");
    }
}
