using HyphaMarket.Brokerage.Brokers;
using HyphaMarket.Market.Ids;
using HyphaMarket.Market.Slots;
using HyphaMarket.Wire;

namespace HyphaMarket.Simulation.Checking;

/// <summary>A market as the invariants see it, simulated or of real processes.</summary>
public interface IObservedMarket
{
    MarketRules Rules { get; }

    ISignatureVerifier Verifier { get; }

    /// <summary>The true time.</summary>
    Instant Now { get; }

    /// <summary>The node of that id; null for a stranger. Of twins the first.</summary>
    IObservedNode? Find(ParticipantId id);
}
