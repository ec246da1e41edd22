using System.Diagnostics.CodeAnalysis;
using HyphaMarket.Market.Books;
using HyphaMarket.Market.Ids;
using HyphaMarket.Market.Offers;

namespace HyphaMarket.Market.Matching;

/// <summary>What an input must satisfy before a clearing rule may see it. A broker that gets another one does not vote for it.</summary>
public static class MatchInputRules
{
    /// <summary>Whether the input is well formed: every rule here follows from the input alone.</summary>
    /// <param name="problem">Null, or a sentence that says which entry breaks which rule.</param>
    public static bool Check(MatchInput input, [NotNullWhen(false)] out string? problem) => Check(input, new HashSet<(ParticipantId, ulong)>(input.Entries.Count), out problem);

    /// <exception cref="ArgumentException">The input breaks a rule.</exception>
    /// <param name="sequences">Empty, and used: memory that a matcher keeps.</param>
    internal static void Require(MatchInput input, HashSet<(ParticipantId, ulong)> sequences)
    {
        if (!Check(input, sequences, out var problem)) throw new ArgumentException(problem, nameof(input));
    }

    private static bool Check(MatchInput input, HashSet<(ParticipantId, ulong)> sequences, [NotNullWhen(false)] out string? problem)
    {
        problem = input.Slot.IsMatch ? null : $"Slot {input.Slot} is even and matches nothing.";
        for (var i = 0; i < input.Entries.Count && problem is null; i++)
        {
            var entry = input.Entries[i];
            var offer = entry.Offer;
            if (i > 0 && input.Entries[i - 1].Offer.Id >= offer.Id) problem = $"Entries must be sorted by offer id without repeats; {offer.Id} is out of place.";
            else if (offer.Market != input.Entries[0].Offer.Market) problem = $"Offer {offer.Id} is of another market than the first entry.";
            else if (offer.Side is not (Side.Bid or Side.Ask) || offer.Group.Length is not (0 or OfferLimits.GroupBytes)) problem = $"Offer {offer.Id} is malformed.";
            else if (!PackedKey.Holds(offer.LimitPrice)) problem = $"Offer {offer.Id} has a limit price of {offer.LimitPrice} credits, which no offer may have.";
            else if (offer.FirstSlot > input.Slot || offer.LastSlot < input.Slot) problem = $"Offer {offer.Id} is good for slots {offer.FirstSlot} to {offer.LastSlot}, not for {input.Slot}.";
            else if (!OfferRow.Holds(offer.FirstSlot) || offer.LeaseTermMinutes < 0) problem = $"Offer {offer.Id} starts at slot {offer.FirstSlot} for a lease of {offer.LeaseTermMinutes} minutes, which no offer may.";
            else if (entry.FreeQuantity < 1 || entry.FreeQuantity > offer.Quantity) problem = $"Offer {offer.Id} of quantity {offer.Quantity} cannot have {entry.FreeQuantity} units free.";
            else if (!offer.Distinct && entry.FilledOwners.Count > 0) problem = $"Offer {offer.Id} is not distinct, so its counterparties do not belong into the input.";
            else if (!IsSorted(entry.FilledOwners)) problem = $"The counterparties of offer {offer.Id} must be sorted without repeats.";
            // A twin is an offence of its owner; which of the two is in the input is the proposer's choice.
            else if (!sequences.Add((offer.Owner, offer.Sequence))) problem = $"Two entries have owner {offer.Owner} and sequence {offer.Sequence}.";
        }

        return problem is null;
    }

    private static bool IsSorted(IReadOnlyList<ParticipantId> owners)
    {
        for (var i = 1; i < owners.Count; i++)
        {
            if (owners[i - 1] >= owners[i]) return false;
        }

        return true;
    }
}
