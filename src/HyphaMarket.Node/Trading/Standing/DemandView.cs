namespace HyphaMarket.Node.Trading.Standing;

/// <summary>What this node has of the demanded profile at one moment.</summary>
/// <param name="Bids">Bids that may still match, by hand or not; latest first.</param>
/// <param name="Leases">Running leases as buyer.</param>
/// <param name="ClaimedUnits">Units of matches between claim and lease.</param>
/// <param name="LeftMicros">What claims and leases may cost further, by the profile's budget and by that of all; open bids are not taken off.</param>
public sealed record DemandView(IReadOnlyList<StandingOrder> Bids, IReadOnlyList<StandingLease> Leases, int ClaimedUnits, Int128 LeftMicros);
