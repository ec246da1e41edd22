using HyphaMarket.Market.Offers;

namespace HyphaMarket.Brokerage.Traders;

/// <summary>The answer to a new order: the order, or why the node itself refuses it before any broker sees it.</summary>
/// <param name="IsRepeat">The same idempotency key made this order before.</param>
public sealed record OrderOutcome(Order? Order, OfferVerdict Verdict, bool IsRepeat = false);
