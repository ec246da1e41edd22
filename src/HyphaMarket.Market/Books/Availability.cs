using HyphaMarket.Market.Ids;

namespace HyphaMarket.Market.Books;

/// <summary>What of an offer may still trade.</summary>
/// <param name="FreeQuantity">Units, 0 for none: the quantity less what is settled, held or dropped.</param>
/// <param name="FilledOwners">For a distinct offer the counterparties that fill it already, in any order.</param>
public readonly record struct Availability(int FreeQuantity, IReadOnlyCollection<ParticipantId> FilledOwners)
{
    /// <summary>So many units, and no counterparties to remember.</summary>
    public static Availability Of(int freeQuantity) => new(freeQuantity, []);
}
