using HyphaMarket.Market.Ids;
using HyphaMarket.Market.Money;
using HyphaMarket.Market.Offers;
using HyphaMarket.Market.Slots;

namespace HyphaMarket.Brokerage.Traders;

/// <summary>What an owner asks for; the trader adds owner, sequence, first slot, work and signature.</summary>
public sealed record OrderTerms
{
    public required MarketId Market { get; init; }
    public required Side Side { get; init; }

    /// <summary>Micro-credits per minute and unit.</summary>
    public required MicroCredits LimitPrice { get; init; }
    public required int Quantity { get; init; }
    public int MinimumFill { get; init; } = 1;
    public required int LeaseTermMinutes { get; init; }

    /// <summary>Slots that it may rest, its first included.</summary>
    public required long LifeSlots { get; init; }
    public IReadOnlyList<OfferAttribute> Attributes { get; init; } = [];
    public IReadOnlyList<OfferConstraint> Constraints { get; init; } = [];
    public bool Distinct { get; init; }
    public ReadOnlyMemory<byte> Group { get; init; }

    /// <summary>Where this node can be dialled: binary multiaddrs.</summary>
    public IReadOnlyList<ReadOnlyMemory<byte>> Addresses { get; init; } = [];
}
