using HyphaMarket.Market.Ids;
using HyphaMarket.Market.Slots;

namespace HyphaMarket.Node.Trading.Standing;

/// <summary>A bid or an ask of this node in the policy's market, as a policy sees it.</summary>
/// <param name="Remaining">Units that may still match.</param>
/// <param name="PriceMicros">Micro-credits per minute and unit.</param>
/// <param name="Ends">When its last slot ends.</param>
/// <param name="IsOpen">False where it has expired and a match of its last slots may still be told.</param>
/// <param name="IsOurs">The policy placed it; what people placed is counted and never withdrawn.</param>
public readonly record struct StandingOrder(OfferId Id, int Remaining, long PriceMicros, int TermMinutes, Instant Ends, bool IsOpen, bool IsOurs);
