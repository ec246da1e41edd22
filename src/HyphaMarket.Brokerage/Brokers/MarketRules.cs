using HyphaMarket.Market.Ids;
using HyphaMarket.Market.Matching;
using HyphaMarket.Market.Offers;
using HyphaMarket.Market.Slots;
using HyphaMarket.Wire;

namespace HyphaMarket.Brokerage.Brokers;

/// <summary>What every broker of a market must do alike: the network's parameters as they bear on one market.</summary>
public sealed record MarketRules
{
    public required NetworkId Network { get; init; }
    public required MarketId Market { get; init; }
    public required SlotSchedule Schedule { get; init; }
    public required IClearingRule Clearing { get; init; }

    /// <summary>m: a slot's input holds the best m/2 offers of each side.</summary>
    public int BookDepth { get; init; } = 1024;

    /// <summary>Of one owner's offers in a market, so many with the highest sequences are eligible.</summary>
    public int OpenOffers { get; init; } = 64;

    /// <summary>The most units an owner may have open in a market.</summary>
    public int LargestOpenUnits { get; init; } = 64;

    /// <summary>The longest life of an offer, in slots.</summary>
    public required long TtlCapSlots { get; init; }

    /// <summary>The length of an epoch in slots: 10 minutes of 2 s.</summary>
    public long EpochSlots { get; init; } = 300;

    /// <summary>Leading zero bits wanted of an offer's work, before its quantity's share.</summary>
    public int WorkBits { get; init; } = 12;

    /// <summary>The bounds of an offer's fields, as these rules give them.</summary>
    public OfferLimits OfferLimits => new() { MaxQuantity = LargestOpenUnits, TtlCapSlots = TtlCapSlots };

    /// <summary>Records are remembered so many slots past their expiry, so that fills of the last slot still reach their deadline.</summary>
    public long RetainSlots => (2 * Schedule.ActivationPairs) + 3;

    /// <summary>Inputs of one side: m/2.</summary>
    public int SideDepth => BookDepth / 2;
}
