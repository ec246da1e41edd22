using HyphaMarket.Market.Offers;

namespace HyphaMarket.Brokerage.Brokers;

/// <summary>The fixed order of one side's offers: best price, then first slot, then id. Nothing of it depends on who asks or when.</summary>
internal static class OfferOrder
{
    /// <summary>Negative when the left offer is the better one; both are of one side.</summary>
    public static int Compare(Offer left, Offer right)
    {
        var order = left.Side == Side.Bid
            ? right.LimitPrice.CompareTo(left.LimitPrice)
            : left.LimitPrice.CompareTo(right.LimitPrice);
        if (order == 0) order = left.FirstSlot.CompareTo(right.FirstSlot);
        return order != 0 ? order : left.Id.CompareTo(right.Id);
    }
}
