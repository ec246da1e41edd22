using HyphaMarket.Market.Ids;
using HyphaMarket.Market.Offers;

namespace HyphaMarket.Market.Matching;

/// <summary>One offer as a slot's input sees it.</summary>
/// <param name="Offer">The signed offer.</param>
/// <param name="FreeQuantity">What may still trade: at least 1 and at most the offer's quantity.</param>
/// <param name="FilledOwners">For a distinct offer, the counterparties that already fill it, sorted; else empty.</param>
public sealed record MatchEntry(Offer Offer, int FreeQuantity, IReadOnlyList<ParticipantId> FilledOwners);
