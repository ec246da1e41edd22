using HyphaMarket.Market.Books;
using HyphaMarket.Market.Ids;
using HyphaMarket.Market.Matching;
using HyphaMarket.Market.Offers;
using HyphaMarket.Market.Slots;
using HyphaMarket.Market.Tests.Properties;

namespace HyphaMarket.Market.Tests.Books;

/// <summary>A book and its naive twin, to which the same happens.</summary>
internal sealed class BookTwins(Scenario scenario, OrderBook book, NaiveBook model)
{
    private readonly MatchEntry[] _entries = [.. scenario.Offers.Select(spec => spec.ToEntry(scenario.Salt) with { FilledOwners = [] })];
    private readonly Dictionary<OfferId, BookHandle> _handles = [];
    private long _slot = TestOffers.MatchSlot.Value - 2;

    public OrderBook Book => book;
    public NaiveBook Model => model;

    public void Apply(BookStep step, int target)
    {
        var entry = _entries[target % _entries.Length];
        var id = entry.Offer.Id;
        var isHere = _handles.TryGetValue(id, out var handle) && book.Contains(handle);
        switch (step)
        {
            case BookStep.Add:
                if (!isHere && book.Add(BookOffer.Of(entry.Offer, scenario.Offers[target % _entries.Length].Owner, entry.FreeQuantity), out handle) == BookOutcome.Added) _handles[id] = handle;
                model.Add(entry);
                break;
            case BookStep.Cancel:
                if (isHere) book.Cancel(handle);
                model.Remove(id);
                break;
            case BookStep.Use:
                if (isHere) book.Take(handle, 1 + target % book.FreeOf(handle));
                if (model.FreeOf(id) is > 0 and var free) model.SetFree(id, free - 1 - target % free);
                break;
            default:
                _slot = Math.Min(_slot + 1, TestOffers.MatchSlot.Value);
                book.Prune(new Slot(_slot));
                model.Expire(_slot);
                break;
        }
    }

    public IEnumerable<OfferId> Held() => HeldOffers(Side.Bid).Concat(HeldOffers(Side.Ask)).Select(offer => offer.Id).Order();

    public IEnumerable<Offer> HeldOffers(Side side) => _entries.Select(entry => entry.Offer).Where(offer => offer.Side == side && _handles.TryGetValue(offer.Id, out var handle) && book.Contains(handle));

    public IReadOnlyList<Fill> Named(ReadOnlySpan<BookFill> fills)
    {
        var named = new List<Fill>();
        foreach (var fill in fills) named.Add(new Fill(book.IdOf(Side.Bid, fill.Bid), book.IdOf(Side.Ask, fill.Ask), fill.Quantity, fill.BuyPrice, fill.SellPrice));
        return named;
    }
}
