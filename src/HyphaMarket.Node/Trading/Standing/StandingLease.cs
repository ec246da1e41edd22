using HyphaMarket.Wire;

namespace HyphaMarket.Node.Trading.Standing;

/// <summary>A running lease that this node buys in the policy's market, as a policy sees it.</summary>
/// <param name="IsEnding">A party gave notice.</param>
/// <param name="UnsignedMinutes">Whole minutes used since the last receipt that both signed.</param>
/// <param name="IsOurs">It came from a bid of the policy.</param>
public readonly record struct StandingLease(RecordId Id, int Units, bool IsEnding, long UnsignedMinutes, bool IsOurs);
