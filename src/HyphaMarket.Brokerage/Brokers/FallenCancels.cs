using HyphaMarket.Market.Books;
using HyphaMarket.Market.Offers;
using HyphaMarket.Market.Slots;

namespace HyphaMarket.Brokerage.Brokers;

/// <summary>Cancels of offers of one side that fell out of a full store, until those offers end.</summary>
/// <remarks>
/// When better offers end there is room again, and a fallen offer may come back by a broker that never had its cancel: without this it would trade, although its
/// owner was told that it is cancelled. As in the store the best of the fixed order are kept: they are the first to come back.
/// </remarks>
/// <param name="most">So many are kept.</param>
internal sealed class FallenCancels(Side side, int most)
{
    private readonly SortedDictionary<Offer, CancelState> _cancels = new(OfferOrder.Of(side));

    public void Add(Offer offer, CancelState cancel)
    {
        _cancels[offer] = cancel;
        if (_cancels.Count > most) _cancels.Remove(_cancels.Keys.Last());
    }

    /// <summary>Takes out what is known of an offer; null where nothing is.</summary>
    public CancelState? Take(Offer offer) => _cancels.Count > 0 && _cancels.TryGetValue(offer, out var cancel) && _cancels.Remove(offer) ? cancel : null;

    /// <summary>Forgets what ended before the slot.</summary>
    public void Forget(Slot before)
    {
        if (_cancels.Count == 0) return;
        foreach (var ended in _cancels.Keys.Where(offer => offer.LastSlot < before).ToArray()) _cancels.Remove(ended);
    }
}
