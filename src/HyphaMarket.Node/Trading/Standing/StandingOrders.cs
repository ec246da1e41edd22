using HyphaMarket.Brokerage.Traders;
using HyphaMarket.Market.Ids;
using HyphaMarket.Market.Offers;
using HyphaMarket.Market.Slots;

namespace HyphaMarket.Node.Trading.Standing;

/// <summary>Orders as a policy sees them.</summary>
internal static class StandingOrders
{
    /// <summary>Slots after an order's last in which a match of it may still be told: its activation, as far as owners heed it, and one for the clock.</summary>
    public static long SettleSlots(SlotSchedule schedule) => (2L * schedule.ActivationPairs) + 2;

    /// <summary>The orders of a market's side that may still match, latest first.</summary>
    public static StandingOrder[] In(TraderOrders orders, MarketId market, Side side, SlotSchedule schedule, Instant now, string keyPrefix)
    {
        var over = schedule.SlotAt(now).Value - SettleSlots(schedule);
        return
        [
            .. from order in orders.Orders
               where order.Offer.Market == market && order.Offer.Side == side && order.Cancel is null && (!order.IsOver || (order.State == OrderState.Expired && order.Offer.LastSlot.Value >= over))
               let remaining = order.Offer.Quantity - order.Matched - order.Dropped
               where remaining > 0
               select new StandingOrder(order.Offer.Id, remaining, order.Offer.LimitPrice.Value, order.Offer.LeaseTermMinutes, schedule.EndOf(order.Offer.LastSlot), !order.IsOver, IsOurs(order, keyPrefix)),
        ];
    }

    public static bool IsOurs(Order? order, string keyPrefix) => order?.IdempotencyKey?.StartsWith(keyPrefix, StringComparison.Ordinal) == true;
}
