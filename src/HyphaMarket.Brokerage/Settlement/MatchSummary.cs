using System.Diagnostics.CodeAnalysis;
using HyphaMarket.Market.Ids;
using HyphaMarket.Market.Slots;
using HyphaMarket.Wire.Messages;

namespace HyphaMarket.Brokerage.Settlement;

/// <summary>The ids in a <see cref="MatchTerms"/>, read once and checked for form.</summary>
/// <param name="Terms">The terms themselves; never changed after this.</param>
public sealed record MatchSummary(MatchTerms Terms, Hash256 Match, MarketId Market, OfferId Bid, OfferId Ask, ParticipantId Buyer, ParticipantId Seller)
{
    public int Quantity => (int)Terms.Quantity;
    public Slot Slot => new(Terms.Slot);

    public static bool TryRead(MatchTerms? terms, [NotNullWhen(true)] out MatchSummary? summary)
    {
        summary = null;
        if (terms is null || terms.Quantity is 0 or > int.MaxValue) return false;
        if (!Hash256.TryFromBytes(terms.Match.Span, out var match) || !MarketId.TryFromBytes(terms.Market.Span, out var market)) return false;
        if (!OfferId.TryFromBytes(terms.BuyOffer.Span, out var bid) || !OfferId.TryFromBytes(terms.SellOffer.Span, out var ask)) return false;
        if (!ParticipantId.TryFromBytes(terms.Buyer.Span, out var buyer) || !ParticipantId.TryFromBytes(terms.Seller.Span, out var seller)) return false;
        summary = new MatchSummary(terms, match, market, bid, ask, buyer, seller);
        return true;
    }
}
