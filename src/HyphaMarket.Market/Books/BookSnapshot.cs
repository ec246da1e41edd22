using HyphaMarket.Market.Ids;
using HyphaMarket.Market.Slots;

namespace HyphaMarket.Market.Books;

/// <summary>What a book looked like in a slot; never changes, so any number of readers may share it.</summary>
/// <param name="Bids">Levels, the dearest first; as many as were asked for.</param>
/// <param name="Asks">Levels, the cheapest first.</param>
/// <param name="BidUnits">Free units of the whole side.</param>
/// <param name="AskUnits">Free units of the whole side.</param>
/// <param name="Offers">On both sides.</param>
/// <param name="Digest">See <see cref="SlotBook.Digest"/>.</param>
public sealed record BookSnapshot(
    MarketId Market,
    Slot Slot,
    IReadOnlyList<BookLevel> Bids,
    IReadOnlyList<BookLevel> Asks,
    long BidUnits,
    long AskUnits,
    int Offers,
    Hash256 Digest)
{
    public BookLevel? BestBid => Bids.Count > 0 ? Bids[0] : null;
    public BookLevel? BestAsk => Asks.Count > 0 ? Asks[0] : null;
}
