using System.Diagnostics.CodeAnalysis;
using Google.Protobuf;
using HyphaMarket.Market.Ids;
using HyphaMarket.Market.Offers;
using HyphaMarket.Market.Slots;
using HyphaMarket.Wire.Messages;

namespace HyphaMarket.Brokerage.Settlement;

/// <summary>A fill of two legs, bid then ask: the only kind that this settlement procedure serves. Contracts of more parties have their own.</summary>
internal sealed class SpotMatch
{
    private SpotMatch(VerifiedFill fill) => Fill = fill;

    public VerifiedFill Fill { get; }
    public FillLeg Bid => Fill.Legs[0];
    public FillLeg Ask => Fill.Legs[1];
    public Hash256 Id => Fill.Match;

    public static bool TryRead(VerifiedFill fill, [NotNullWhen(true)] out SpotMatch? match)
    {
        match = fill.Legs.Count == 2 ? new SpotMatch(fill) : null;
        return match is not null;
    }

    /// <summary>What in the fill breaks one of the two signed offers; null when nothing does. Votes do not excuse it: "nobody honest trades beyond a price they signed".</summary>
    public string? FaultWith(Offer bid, Offer ask)
    {
        if (bid.Id != Bid.Offer || ask.Id != Ask.Offer || bid.Side != Side.Bid || ask.Side != Side.Ask) return "The legs are not a bid and an ask of these ids.";
        if (bid.Owner != Bid.Owner || ask.Owner != Ask.Owner) return "A leg names another owner than its offer.";
        if (bid.Market != Fill.Market || ask.Market != Fill.Market) return "An offer is of another market.";
        if (Bid.Limit != bid.LimitPrice || Ask.Limit != ask.LimitPrice || Bid.LastSlot != bid.LastSlot || Ask.LastSlot != ask.LastSlot) return "A leg states other terms than its offer.";
        if (Bid.Price > bid.LimitPrice) return "The price is above the bid's limit.";
        if (Ask.Price < ask.LimitPrice) return "The price is below the ask's limit.";
        if (Ask.Price > Bid.Price || Ask.Price.Value < 0) return "The seller would get more than the buyer pays, or less than nothing.";
        if (!IsOpenIn(bid, Fill.Slot) || !IsOpenIn(ask, Fill.Slot)) return "The match slot is outside an offer's slots.";
        if (Fill.Quantity < 1 || Fill.Quantity > bid.Quantity || Fill.Quantity > ask.Quantity) return "The quantity is more than an offer's.";
        if (bid.LeaseTermMinutes < 1) return "The term is less than a minute.";
        if (Compatibility.TradeQuantity(bid, ask, Fill.Quantity, Fill.Quantity) != Fill.Quantity) return "A distinct offer fills one unit at a time.";
        var incompatibility = Compatibility.Between(bid, ask, Fill.Quantity, Fill.Quantity);
        if (incompatibility != Incompatibility.None) return $"The offers may not trade with each other: {incompatibility}.";

        // Every later sum of this contract then fits 64 bits.
        return CostOf(Bid.Price.Value, Fill.Quantity, ask.LeaseTermMinutes) > long.MaxValue ? "The longest lease would cost more than can be counted." : null;
    }

    /// <summary>The terms that all records about the match carry: the same bytes at both parties.</summary>
    public MatchTerms TermsOf(Offer bid, Offer ask) => new()
    {
        Match = ByteString.CopyFrom(Id.ToArray()),
        Market = ByteString.CopyFrom(Fill.Market.ToArray()),
        Slot = Fill.Slot.Value,
        BuyOffer = ByteString.CopyFrom(bid.Id.ToArray()),
        SellOffer = ByteString.CopyFrom(ask.Id.ToArray()),
        Buyer = ByteString.CopyFrom(bid.Owner.Span),
        Seller = ByteString.CopyFrom(ask.Owner.Span),
        Quantity = (uint)Fill.Quantity,
        BuyPriceMicros = Bid.Price.Value,
        SellPriceMicros = Ask.Price.Value,
        LastSlot = Math.Max(bid.LastSlot.Value, ask.LastSlot.Value),
    };

    /// <summary>Micro-credits for so many units and minutes; exact, whatever the numbers.</summary>
    public static Int128 CostOf(long priceMicros, long quantity, long minutes) => (Int128)priceMicros * quantity * minutes;

    private static bool IsOpenIn(Offer offer, Slot slot) => slot >= offer.FirstSlot && slot <= offer.LastSlot;
}
