using HyphaMarket.Market.Money;

namespace HyphaMarket.Market.Matching;

/// <summary>An offer in rank order, with what matching reads of it: half a cache line.</summary>
internal struct RankedOffer
{
    public MicroCredits Price;

    /// <summary>Units that may still trade.</summary>
    public int Free;
    public int Owner;
    public int LeaseTermMinutes;

    /// <summary>Where it lies in the arrays that were ranked.</summary>
    public int Index;

    /// <summary>True where it wants more than price, quantity and term say.</summary>
    public bool HasTerms;
}
