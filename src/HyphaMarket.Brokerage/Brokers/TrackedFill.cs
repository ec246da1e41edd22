using Google.Protobuf;
using HyphaMarket.Brokerage.Certificates;
using HyphaMarket.Market.Ids;
using HyphaMarket.Market.Slots;
using HyphaMarket.Wire.Messages;

namespace HyphaMarket.Brokerage.Brokers;

/// <summary>One certified fill and what has become of it.</summary>
internal sealed class TrackedFill(Hash256 match, CertifiedSlot slot, int index, SettlementFacts facts)
{
    private readonly OfferId _sold = new(new Hash256(slot.Fills[index].Legs[^1].Offer.Span));
    private MatchTerms? _terms;
    private (int Version, bool Settled, bool Released, bool Accepted) _said = (-1, false, false, false);

    public Hash256 Match { get; } = match;
    public CertifiedSlot Slot { get; } = slot;
    public int Index { get; } = index;
    public SettlementFacts Facts { get; } = facts;
    public int Quantity { get; } = (int)slot.Fills[index].Quantity;
    public IReadOnlyList<(OfferId Offer, ParticipantId Owner)> Legs { get; } =
        Array.ConvertAll([.. slot.Fills[index].Legs], static leg => (new OfferId(new Hash256(leg.Offer.Span)), new ParticipantId(leg.Owner.Span)));

    /// <summary>What every settlement record about this fill must say. A fill of more legs is settled between the first and the last.</summary>
    /// <remarks>Made when it is first asked for: of most fills of others nobody settles here.</remarks>
    public MatchTerms Terms => _terms ??= TermsOf(Match, Slot.Result, Slot.Fills[Index]);

    /// <summary>The last leg delivers; in a spot trade it is the ask's.</summary>
    public ParticipantId Seller => Legs[^1].Owner;

    public bool IsReported { get; set; }

    public FillOutcome OutcomeAt(Slot at, SlotSchedule schedule)
    {
        // Asked for each offer of a book in each slot; the facts change three times at most.
        if (_said.Version != Facts.Version) _said = (Facts.Version, Facts.Has(RecordKind.Settled, Seller), Facts.Has(RecordKind.Released, Seller), Facts.Has(RecordKind.Accepted, Seller));
        if (_said.Settled) return FillOutcome.Settled;
        if (_said.Released) return FillOutcome.Released;
        if (at <= schedule.LastActivationSlotOf(Slot.Result.Slot)) return FillOutcome.Held;
        return _said.Accepted ? FillOutcome.NotActivated : FillOutcome.NotAccepted;
    }

    /// <summary>Whether the fill's quantity is gone from this leg's offer.</summary>
    public bool Takes(OfferId offer, Slot at, SlotSchedule schedule)
    {
        var isSeller = _sold == offer;
        return OutcomeAt(at, schedule) switch
        {
            FillOutcome.Held or FillOutcome.Settled => true,
            FillOutcome.Released or FillOutcome.NotAccepted => isSeller,
            FillOutcome.NotActivated => !isSeller,
            var other => throw new InvalidOperationException($"No such outcome: {other}."),
        };
    }

    private static MatchTerms TermsOf(Hash256 match, SlotResult result, FillBody fill) => new()
    {
        Match = ByteString.CopyFrom(match.ToArray()),
        Market = result.Body.Market,
        Slot = result.Slot.Value,
        BuyOffer = fill.Legs[0].Offer,
        SellOffer = fill.Legs[^1].Offer,
        Buyer = fill.Legs[0].Owner,
        Seller = fill.Legs[^1].Owner,
        Quantity = fill.Quantity,
        BuyPriceMicros = fill.Legs[0].PriceMicros,
        SellPriceMicros = fill.Legs[^1].PriceMicros,
        LastSlot = fill.Legs.Max(leg => leg.LastSlot),
    };
}
