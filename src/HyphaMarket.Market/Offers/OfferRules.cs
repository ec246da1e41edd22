using System.Diagnostics.CodeAnalysis;
using HyphaMarket.Market.Matching;
using HyphaMarket.Market.Slots;

namespace HyphaMarket.Market.Offers;

/// <summary>What every offer must satisfy before anybody believes it.</summary>
/// <remarks>
/// <see cref="Check(Offer, OfferLimits)"/> says what is wrong for everybody; <see cref="CheckWindow"/> depends on the checker's slot.
/// Network, work, signature and owner limits are checked where those are known.
/// </remarks>
public static class OfferRules
{
    /// <summary>Everything that follows from the offer and the network alone.</summary>
    public static OfferVerdict Check(Offer offer, OfferLimits limits) =>
        CheckIdentity(offer)
        ?? CheckPrice(offer, limits)
        ?? CheckQuantity(offer, limits)
        ?? CheckSpan(offer, limits)
        ?? CheckAttributes(offer, limits)
        ?? CheckConstraints(offer, limits)
        ?? CheckOptions(offer, limits)
        ?? OfferVerdict.Fine;

    /// <summary>The same, and whether the market's clearing rule can clear the offer.</summary>
    public static OfferVerdict Check(Offer offer, OfferLimits limits, IClearingRule rule)
    {
        var verdict = Check(offer, limits);
        if (!verdict.IsFine || rule.Accepts(offer)) return verdict;
        return new OfferVerdict(OfferRefusal.TermsNotAllowed, $"This market clears by {rule.Name}: {ClearingRules.Terms(rule)}");
    }

    /// <summary>Whether the offer comes at the right time, by the checker's own slot.</summary>
    /// <param name="fromOwner">True for an owner's own submission, false for an offer that a fellow broker had first.</param>
    public static OfferVerdict CheckWindow(Offer offer, OfferLimits limits, Slot current, bool fromOwner)
    {
        // "first slot not before the current - 1 from the owner, - 4 from a fellow broker": nobody gains rank by dating an offer back.
        var grace = fromOwner ? OfferLimits.OwnerGraceSlots : OfferLimits.FellowGraceSlots;
        if (offer.LastSlot < current) return Refuse(OfferRefusal.OutsideSlotWindow, $"The offer ended with slot {offer.LastSlot} and it is slot {current} now. Send one that lasts longer.");
        if ((Int128)offer.FirstSlot.Value < (Int128)current.Value - grace)
        {
            return Refuse(OfferRefusal.OutsideSlotWindow, $"The offer starts at slot {offer.FirstSlot}, more than {grace} before the current slot {current}. Start at slot {current} or later.");
        }

        // Else an offer could lie in the store for ever before it can match.
        return (Int128)offer.FirstSlot.Value > (Int128)current.Value + limits.TtlCapSlots
            ? Refuse(OfferRefusal.OutsideSlotWindow, $"The offer starts at slot {offer.FirstSlot}, more than {limits.TtlCapSlots} slots after the current slot {current}. Send it nearer to its start.")
            : OfferVerdict.Fine;
    }

    private static OfferVerdict? CheckIdentity(Offer offer)
    {
        if (offer.Owner.IsDefault) return Malformed("The offer names no owner. Put the owner's peer id into it.");
        if (offer.Side is not (Side.Bid or Side.Ask)) return Malformed($"The side is {(int)offer.Side}; it must be 1 (bid) or 2 (ask).");
        return null;
    }

    private static OfferVerdict? CheckPrice(Offer offer, OfferLimits limits) => offer.LimitPrice < limits.MinPrice || offer.LimitPrice > limits.MaxPrice
        ? Refuse(OfferRefusal.PriceRange, $"The limit price is {offer.LimitPrice} credits a minute; it must be from {limits.MinPrice} to {limits.MaxPrice}.")
        : null;

    private static OfferVerdict? CheckQuantity(Offer offer, OfferLimits limits)
    {
        if (offer.Quantity < 1 || offer.Quantity > limits.MaxQuantity) return Refuse(OfferRefusal.QuantityRange, $"The quantity is {offer.Quantity}; it must be from 1 to {limits.MaxQuantity}.");
        if (offer.MinimumFill < 1 || offer.MinimumFill > offer.Quantity) return Refuse(OfferRefusal.QuantityRange, $"The minimum fill is {offer.MinimumFill}; it must be from 1 to the quantity, {offer.Quantity}.");
        return offer.LeaseTermMinutes < 1 || offer.LeaseTermMinutes > limits.MaxLeaseTermMinutes
            ? Refuse(OfferRefusal.QuantityRange, $"The lease term is {offer.LeaseTermMinutes} minutes; it must be from 1 to {limits.MaxLeaseTermMinutes}.")
            : null;
    }

    private static OfferVerdict? CheckSpan(Offer offer, OfferLimits limits)
    {
        if (offer.FirstSlot.Value < 0) return Refuse(OfferRefusal.OutsideSlotWindow, $"The offer starts at slot {offer.FirstSlot}, before the network's first. Start at the current slot.");
        if (!Books.OfferRow.Holds(offer.LastSlot)) return Refuse(OfferRefusal.OutsideSlotWindow, $"The offer ends with slot {offer.LastSlot}, a century from the network's first. Send one that ends sooner.");
        if (offer.LastSlot < offer.FirstSlot) return Refuse(OfferRefusal.OutsideSlotWindow, $"The offer ends with slot {offer.LastSlot}, before its first slot {offer.FirstSlot}. Swap or mend them.");
        var slots = (Int128)offer.LastSlot.Value - offer.FirstSlot.Value + 1;
        return slots > limits.TtlCapSlots
            ? Refuse(OfferRefusal.OutsideSlotWindow, $"The offer lasts {slots} slots; the network allows {limits.TtlCapSlots}. Shorten it and renew it in time.")
            : null;
    }

    private static OfferVerdict? CheckAttributes(Offer offer, OfferLimits limits)
    {
        if (offer.Attributes.Count > limits.MaxAttributes) return Malformed($"The offer has {offer.Attributes.Count} attributes; at most {limits.MaxAttributes} are allowed.");
        for (var i = 0; i < offer.Attributes.Count; i++)
        {
            var (key, value) = offer.Attributes[i];
            if (!IsText(key, 1, limits.MaxKeyBytes, out var problem)) return Malformed($"Attribute key {i} {problem}.");
            if (!IsText(value, 0, limits.MaxValueBytes, out problem)) return Malformed($"The value of attribute \"{key}\" {problem}.");
            if (i > 0 && string.CompareOrdinal(offer.Attributes[i - 1].Key, key) >= 0) return Malformed($"Attributes must be sorted by key without repeats; \"{key}\" comes after \"{offer.Attributes[i - 1].Key}\".");
        }

        return null;
    }

    private static OfferVerdict? CheckConstraints(Offer offer, OfferLimits limits)
    {
        if (offer.Constraints.Count > limits.MaxConstraints) return Malformed($"The offer has {offer.Constraints.Count} constraints; at most {limits.MaxConstraints} are allowed.");
        foreach (var constraint in offer.Constraints)
        {
            if (constraint is null) return Malformed("A constraint is missing.");
            if (!IsText(constraint.Key, 1, limits.MaxKeyBytes, out var problem)) return Malformed($"The key of a constraint {problem}.");
            if (constraint.Values.Count < 1 || constraint.Values.Count > limits.MaxConstraintValues) return Malformed($"The constraint on \"{constraint.Key}\" has {constraint.Values.Count} values; it must have 1 to {limits.MaxConstraintValues}.");
            for (var i = 0; i < constraint.Values.Count; i++)
            {
                if (!IsText(constraint.Values[i], 0, limits.MaxValueBytes, out problem)) return Malformed($"A value of the constraint on \"{constraint.Key}\" {problem}.");
                if (i > 0 && string.CompareOrdinal(constraint.Values[i - 1], constraint.Values[i]) >= 0) return Malformed($"The values of the constraint on \"{constraint.Key}\" must be sorted without repeats.");
            }
        }

        return null;
    }

    private static OfferVerdict? CheckOptions(Offer offer, OfferLimits limits)
    {
        // One fill of a distinct offer is one unit, so a larger minimum could never be met.
        if (offer.Distinct && offer.MinimumFill != 1) return Refuse(OfferRefusal.TermsNotAllowed, $"A distinct offer takes one unit from each counterparty, so its minimum fill must be 1, not {offer.MinimumFill}.");
        if (offer.Group.Length is not (0 or OfferLimits.GroupBytes)) return Malformed($"The group has {offer.Group.Length} bytes; it must have none or {OfferLimits.GroupBytes}.");
        if (offer.Addresses.Count > limits.MaxAddresses) return Malformed($"The offer has {offer.Addresses.Count} addresses; at most {limits.MaxAddresses} are allowed.");
        // By index: the list's enumerator is an object, and every offer is checked here.
        for (var i = 0; i < offer.Addresses.Count; i++)
        {
            var length = offer.Addresses[i].Length;
            if (length < 1 || length > limits.MaxAddressBytes) return Malformed($"An address has {length} bytes; it must have 1 to {limits.MaxAddressBytes}.");
        }

        return null;
    }

    /// <summary>Printable ASCII without capitals: two texts are equal exactly when their bytes are.</summary>
    private static bool IsText(string? text, int minBytes, int maxBytes, [NotNullWhen(false)] out string? problem)
    {
        problem = null;
        if (text is null || text.Length < minBytes) problem = "is empty";
        else if (text.Length > maxBytes) problem = $"is longer than {maxBytes} bytes";
        else if (text.Any(c => c is < ' ' or > '~' or (>= 'A' and <= 'Z'))) problem = "has a character that is not lower-case ASCII";
        return problem is null;
    }

    private static OfferVerdict Malformed(string detail) => new(OfferRefusal.Malformed, detail);

    private static OfferVerdict Refuse(OfferRefusal reason, string detail) => new(reason, detail);
}
