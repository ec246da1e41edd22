using HyphaMarket.Market.Offers;

namespace HyphaMarket.Market.Books;

/// <summary>The best offers of one side in rank order, at most so many.</summary>
/// <remarks>A sorted array: a few thousand references move faster than a tree is walked, and rank is a binary search.</remarks>
internal sealed class OfferLadder(Side side, int capacity)
{
    private readonly List<Offer> _offers = [];
    private readonly OfferOrder _order = OfferOrder.Of(side);

    /// <summary>In rank order, the best first.</summary>
    public IReadOnlyList<Offer> Offers => _offers;
    public bool IsFull => _offers.Count == capacity;
    public Offer? Best => _offers.Count > 0 ? _offers[0] : null;
    public Offer? Worst => _offers.Count > 0 ? _offers[^1] : null;

    /// <summary>Whether the offer would have a place.</summary>
    public bool Takes(Offer offer) => !IsFull || _order.Compare(offer, _offers[^1]) < 0;

    /// <summary>Inserts an offer that is not here and that the ladder takes; returns the one that it pushed out, if any.</summary>
    public Offer? Insert(Offer offer)
    {
        Offer? evicted = null;
        if (IsFull)
        {
            evicted = _offers[^1];
            _offers.RemoveAt(_offers.Count - 1);
        }

        _offers.Insert(~_offers.BinarySearch(offer, _order), offer);
        return evicted;
    }

    /// <summary>The place of an offer from 0, or a negative number.</summary>
    public int IndexOf(Offer offer) => _offers.BinarySearch(offer, _order);

    public void Remove(Offer offer)
    {
        var index = IndexOf(offer);
        if (index >= 0) _offers.RemoveAt(index);
    }

    public void RemoveAll(Predicate<Offer> match) => _offers.RemoveAll(match);
}
