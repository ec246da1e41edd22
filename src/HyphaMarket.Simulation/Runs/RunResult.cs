using HyphaMarket.Simulation.Checking;

namespace HyphaMarket.Simulation.Runs;

/// <summary>What came of one run.</summary>
/// <param name="TraceHash">Equal for two runs of one seed.</param>
/// <param name="MatchSlots">Match slots that passed.</param>
/// <param name="Certified">Of these, slots with a certificate.</param>
/// <param name="HonestSlots">Slots before the recovery for which an honest broker proposed something.</param>
/// <param name="HonestCertified">Of these, slots with a certificate.</param>
/// <param name="Malicious">How many brokers were malicious: what was promised then was checked.</param>
/// <param name="Leases">Leases that buyers hold.</param>
public sealed record RunResult(int Seed, IReadOnlyList<Violation> Violations, ulong TraceHash, long Events, long Messages, long Bytes, long MatchSlots, long Certified, long HonestSlots, long HonestCertified, long Leases,
    Tolerance Malicious);
