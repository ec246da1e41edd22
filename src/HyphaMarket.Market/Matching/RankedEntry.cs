using HyphaMarket.Market.Ids;
using HyphaMarket.Market.Money;
using HyphaMarket.Market.Offers;

namespace HyphaMarket.Market.Matching;

/// <summary>An entry on its way through matching: what it may still trade, and its place.</summary>
internal sealed class RankedEntry(MatchEntry entry, Hash256 inputRoot)
{
    private Hash256? _tieBreak;

    public Offer Offer { get; } = entry.Offer;
    public IReadOnlyList<ParticipantId> FilledOwners { get; } = entry.FilledOwners;
    public MicroCredits Price { get; } = entry.Offer.LimitPrice;

    /// <summary>Units that may still trade.</summary>
    public int Free { get; set; } = entry.FreeQuantity;

    /// <summary>A number for the owner, equal for equal owners of one input.</summary>
    public int Owner { get; set; }

    /// <summary>A number for (owner, group), or -1 without a group.</summary>
    public int Group { get; set; } = -1;

    /// <summary>SHA-256(input root + id): what nobody can foresee when the offer is made. Computed only where price and first slot tie.</summary>
    public Hash256 TieBreak => _tieBreak ??= ComputeTieBreak();

    private Hash256 ComputeTieBreak()
    {
        Span<byte> bytes = stackalloc byte[2 * Hash256.Size];
        inputRoot.CopyTo(bytes);
        Offer.Id.Value.CopyTo(bytes[Hash256.Size..]);
        return Hash256.Of(bytes);
    }
}
