using HyphaMarket.Market.Ids;
using HyphaMarket.Market.Money;
using HyphaMarket.Market.Slots;

namespace HyphaMarket.Market.Offers;

/// <summary>A binding wish to trade, as its owner signed it. Equal content has an equal <see cref="Id"/>.</summary>
/// <remarks>The lists are sorted and bounded; <c>OfferRules</c> checks every field before an offer is believed.</remarks>
public sealed record Offer
{
    public required OfferId Id { get; init; }
    public required ParticipantId Owner { get; init; }

    /// <summary>Unique for the owner in all markets; of two offers the higher is the later.</summary>
    public required ulong Sequence { get; init; }
    public required MarketId Market { get; init; }
    public required Side Side { get; init; }

    /// <summary>Micro-credits per minute per unit: the most a bid pays, the least an ask takes.</summary>
    public required MicroCredits LimitPrice { get; init; }
    public required int Quantity { get; init; }

    /// <summary>The least quantity of one fill.</summary>
    public int MinimumFill { get; init; } = 1;

    /// <summary>A bid's wanted lease term, an ask's longest one; minutes.</summary>
    public required int LeaseTermMinutes { get; init; }
    public required Slot FirstSlot { get; init; }

    /// <summary>The last slot in which it may match; inclusive.</summary>
    public required Slot LastSlot { get; init; }

    /// <summary>Self-declared facts, sorted by key; at most 16.</summary>
    public IReadOnlyList<OfferAttribute> Attributes { get; init; } = [];

    /// <summary>Clauses that must all hold on the other side's attributes; at most 8.</summary>
    public IReadOnlyList<OfferConstraint> Constraints { get; init; } = [];

    /// <summary>Every unit must come from another counterparty: one fill of one unit for each opposite owner.</summary>
    public bool Distinct { get; init; }

    /// <summary>Offers of one owner with the same 16 bytes are alternatives: at most one of them fills in a slot. Empty for none.</summary>
    public ReadOnlyMemory<byte> Group { get; init; }

    /// <summary>Where the owner can be dialled: binary multiaddrs, at most 8.</summary>
    public IReadOnlyList<ReadOnlyMemory<byte>> Addresses { get; init; } = [];
}
