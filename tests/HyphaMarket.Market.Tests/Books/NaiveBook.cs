using HyphaMarket.Market.Ids;
using HyphaMarket.Market.Matching;
using HyphaMarket.Market.Offers;
using HyphaMarket.Market.Slots;

namespace HyphaMarket.Market.Tests.Books;

/// <summary>An order book as a list that is sorted anew whenever it is looked at: the twin of the real one.</summary>
internal sealed class NaiveBook(int depth)
{
    private List<MatchEntry> _entries = [];
    private long _slot = long.MinValue;

    public void Add(MatchEntry entry)
    {
        if (entry.Offer.LastSlot.Value < _slot || _entries.Any(known => known.Offer.Id == entry.Offer.Id)) return;
        _entries.Add(entry);
        _entries = [.. Sorted(Side.Bid).Take(depth), .. Sorted(Side.Ask).Take(depth)];
    }

    public bool Remove(OfferId id) => _entries.RemoveAll(entry => entry.Offer.Id == id) > 0;

    public int FreeOf(OfferId id) => _entries.Find(entry => entry.Offer.Id == id)?.FreeQuantity ?? 0;

    public void SetFree(OfferId id, int free) => _entries = [.. _entries.Select(entry => entry.Offer.Id == id ? entry with { FreeQuantity = free } : entry).Where(entry => entry.FreeQuantity > 0)];

    public void Expire(long slot)
    {
        _slot = slot;
        _entries.RemoveAll(entry => entry.Offer.LastSlot.Value < slot);
    }

    public IEnumerable<OfferId> Ids() => Sorted(Side.Bid).Concat(Sorted(Side.Ask)).Select(entry => entry.Offer.Id);

    public IEnumerable<Offer> Offers(Side side) => Sorted(side).Select(entry => entry.Offer);

    public IReadOnlyList<MatchEntry> EntriesAt(Slot slot) =>
        [.. _entries.Where(entry => entry.Offer.FirstSlot.Value <= slot.Value && entry.Offer.LastSlot.Value >= slot.Value).OrderBy(entry => entry.Offer.Id.ToString(), StringComparer.Ordinal)];

    private IEnumerable<MatchEntry> Sorted(Side side) => _entries
        .Where(entry => entry.Offer.Side == side)
        .OrderBy(entry => side == Side.Bid ? -entry.Offer.LimitPrice.Value : entry.Offer.LimitPrice.Value)
        .ThenBy(entry => entry.Offer.FirstSlot.Value)
        .ThenBy(entry => entry.Offer.Id.ToString(), StringComparer.Ordinal);
}
