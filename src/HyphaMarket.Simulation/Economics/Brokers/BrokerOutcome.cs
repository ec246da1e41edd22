using HyphaMarket.Simulation.Economics.Measures;

namespace HyphaMarket.Simulation.Economics.Brokers;

/// <summary>What one seed came to.</summary>
/// <param name="Through">Through brokers.</param>
/// <param name="Bare">On the matching core alone.</param>
/// <param name="MatchSlots">Match slots in which offers stood.</param>
/// <param name="CertifiedSlots">Of these, slots with a certificate.</param>
internal sealed record BrokerOutcome(MarketTally Through, MarketTally Bare, long MatchSlots, long CertifiedSlots);
