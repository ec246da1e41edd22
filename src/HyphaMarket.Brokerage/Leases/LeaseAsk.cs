using HyphaMarket.Wire;

namespace HyphaMarket.Brokerage.Leases;

/// <summary>Names one try of one question about one lease; the answer comes back with it.</summary>
public readonly record struct LeaseAsk(RecordId Lease, LeaseAskKind Kind, int Attempt);
