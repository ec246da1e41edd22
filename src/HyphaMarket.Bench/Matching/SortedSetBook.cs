using HyphaMarket.Market.Books;
using HyphaMarket.Market.Matching;
using HyphaMarket.Market.Money;
using HyphaMarket.Market.Offers;
using HyphaMarket.Market.Slots;

namespace HyphaMarket.Bench.Matching;

/// <summary>The yardstick: the book that one writes first, each side a <see cref="SortedSet{T}"/> in rank order, bounded at every insert.</summary>
internal sealed class SortedSetBook(int depthPerSide)
{
    private readonly SortedSet<BookOffer> _bids = new(new RankOrder(-1));
    private readonly SortedSet<BookOffer> _asks = new(new RankOrder(1));
    private readonly List<(BookOffer Bid, BookOffer Ask, int Units, MicroCredits Price)> _fills = [];

    public int Count => _bids.Count + _asks.Count;

    public bool Add(in BookOffer offer)
    {
        var side = offer.Side == Side.Bid ? _bids : _asks;
        if (side.Count == depthPerSide)
        {
            var worst = side.Max;
            if (side.Comparer.Compare(offer, worst) >= 0) return false;
            side.Remove(worst);
        }

        return side.Add(offer);
    }

    public int Prune(Slot current) => _bids.RemoveWhere(offer => offer.LastSlot < current) + _asks.RemoveWhere(offer => offer.LastSlot < current);

    public MicroCredits? BestPrice(Side side) => side == Side.Bid ? _bids.Count > 0 ? _bids.Min.Price : null : _asks.Count > 0 ? _asks.Min.Price : null;

    /// <summary>Two pointers over the sets, which are in order already.</summary>
    public int Match()
    {
        _fills.Clear();
        using var bids = _bids.GetEnumerator();
        using var asks = _asks.GetEnumerator();
        if (!bids.MoveNext() || !asks.MoveNext()) return 0;
        var (bid, ask) = (bids.Current, asks.Current);
        while (bid.Price >= ask.Price)
        {
            var units = Math.Min(bid.Free, ask.Free);
            _fills.Add((bid, ask, units, MicroCredits.FloorMean(bid.Price, ask.Price)));
            var (bidLeft, askLeft) = (bid.Free - units, ask.Free - units);
            if (bidLeft == 0 && !bids.MoveNext()) break;
            if (askLeft == 0 && !asks.MoveNext()) break;
            bid = bidLeft == 0 ? bids.Current : bid with { Free = bidLeft };
            ask = askLeft == 0 ? asks.Current : ask with { Free = askLeft };
        }

        return _fills.Count;
    }

    /// <summary>Takes out what the last match traded.</summary>
    public void Apply()
    {
        foreach (var (bid, ask, units, _) in _fills)
        {
            Take(_bids, bid, units);
            Take(_asks, ask, units);
        }
    }

    private static void Take(SortedSet<BookOffer> side, BookOffer offer, int units)
    {
        side.Remove(offer);
        if (offer.Free > units) side.Add(offer with { Free = offer.Free - units });
    }

    private sealed class RankOrder(int direction) : IComparer<BookOffer>
    {
        public int Compare(BookOffer x, BookOffer y)
        {
            var order = direction * x.Price.CompareTo(y.Price);
            if (order == 0) order = x.FirstSlot.CompareTo(y.FirstSlot);
            return order != 0 ? order : x.Id.CompareTo(y.Id);
        }
    }
}
