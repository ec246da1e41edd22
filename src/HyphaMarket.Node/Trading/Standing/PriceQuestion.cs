using HyphaMarket.Node.Api.Contracts;

namespace HyphaMarket.Node.Trading.Standing;

/// <summary>What a pricing hook is told.</summary>
/// <param name="Units">What the machine may sell at all.</param>
/// <param name="FreeUnits">Of these, what is neither promised nor kept back.</param>
/// <param name="PriceMicros">The price asked now; micro-credits per minute and unit, as all prices here.</param>
/// <param name="Quote">Null where no broker told one.</param>
internal sealed record PriceQuestion(string Profile, string Market, DateTimeOffset At, int Units, int FreeUnits, long FloorMicros, long PriceMicros, QuoteView? Quote);
