using HyphaMarket.Brokerage.Traders;
using HyphaMarket.Market.Offers;
using HyphaMarket.Market.Slots;
using HyphaMarket.Node.Api.Contracts;
using HyphaMarket.Node.Storage;
using HyphaMarket.Wire.Messages;
using CoreState = HyphaMarket.Brokerage.Traders.OrderState;
using ViewState = HyphaMarket.Node.Api.Contracts.OrderState;

namespace HyphaMarket.Node.Trading;

/// <summary>Orders as the API and the history show them.</summary>
internal static class OrderViews
{
    public static string SideOf(Side side) => side == Side.Bid ? "bid" : "ask";

    public static string StateOf(Order order) => order.State switch
    {
        CoreState.Pending => ViewState.Submitting,
        CoreState.Open => order.Matched > 0 ? ViewState.Matched : ViewState.Open,
        CoreState.Filled => order.Matched > 0 ? ViewState.Filled : ViewState.Expired,
        CoreState.Cancelled => ViewState.Cancelled,
        CoreState.Expired => ViewState.Expired,
        CoreState.Refused => ViewState.Refused,
        var other => throw new InvalidOperationException($"No such state: {other}."),
    };

    /// <summary>The refusal's stable code; null where nobody refused.</summary>
    public static string? ReasonOf(Order order) => order.Refusal is { } refusal ? ((OfferRefusal)refusal.Reason).Code() : null;

    public static OrderView ViewOf(Order order, SlotSchedule schedule, string? profile, IReadOnlyList<string> leases) => new()
    {
        Id = order.Offer.Id.ToString(),
        Market = order.Offer.Market.ToString(),
        Profile = profile,
        Side = SideOf(order.Offer.Side),
        State = StateOf(order),
        PriceMicros = order.Offer.LimitPrice.Value,
        Quantity = order.Offer.Quantity,
        Filled = order.Matched,
        MinimumFill = order.Offer.MinimumFill,
        TermMinutes = order.Offer.LeaseTermMinutes,
        FirstSlot = order.Offer.FirstSlot.Value,
        LastSlot = order.Offer.LastSlot.Value,
        CreatedAt = DateTimeOffset.FromUnixTimeMilliseconds(order.Created.UnixMs),
        ExpiresAt = DateTimeOffset.FromUnixTimeMilliseconds(schedule.EndOf(order.Offer.LastSlot).UnixMs),
        Receipts = order.Receipts,
        Rank = order.Rank,
        Leases = leases,
        Reason = ReasonOf(order),
        Hint = order.Refusal?.Detail,
    };

    public static OrderRow RowOf(Order order, Instant now) => new()
    {
        Id = order.Offer.Id.ToString(),
        Market = order.Offer.Market.ToString(),
        Side = SideOf(order.Offer.Side),
        PriceMicros = order.Offer.LimitPrice.Value,
        Quantity = order.Offer.Quantity,
        Filled = order.Matched,
        TermMinutes = order.Offer.LeaseTermMinutes,
        FirstSlot = order.Offer.FirstSlot.Value,
        LastSlot = order.Offer.LastSlot.Value,
        State = StateOf(order),
        Reason = ReasonOf(order),
        CreatedMs = order.Created.UnixMs,
        UpdatedMs = now.UnixMs,
    };
}
