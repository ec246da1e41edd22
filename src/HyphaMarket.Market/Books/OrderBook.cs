using HyphaMarket.Market.Ids;
using HyphaMarket.Market.Matching;
using HyphaMarket.Market.Money;
using HyphaMarket.Market.Offers;
using HyphaMarket.Market.Slots;

namespace HyphaMarket.Market.Books;

/// <summary>One market's book as arrays of values: offers are collected, and once a slot matched as a batch.</summary>
/// <remarks>
/// One writer; what readers may see is <see cref="Quote"/>, which never changes. Adding costs a few stores, whatever the book holds; nothing is
/// allocated once the arrays have their size. The best of a side are those of the fixed order (price, first slot, id), and nobody's arrival decides.
/// </remarks>
public sealed class OrderBook
{
    private readonly BookSide _bids;
    private readonly BookSide _asks;
    private BookQuote _quote = BookQuote.Empty;

    /// <param name="depthPerSide">The best so many offers of a side are kept; at least 1.</param>
    /// <param name="slackPerSide">So many more may gather before the worst are dropped, which a slot does as well; at least 1, null for as many as are kept.</param>
    public OrderBook(int depthPerSide, int? slackPerSide = null)
    {
        if (slackPerSide is { } slack) ArgumentOutOfRangeException.ThrowIfLessThan(slack, 1, nameof(slackPerSide));
        _bids = new BookSide(Side.Bid, depthPerSide, slackPerSide ?? depthPerSide);
        _asks = new BookSide(Side.Ask, depthPerSide, slackPerSide ?? depthPerSide);
    }

    public int DepthPerSide => _bids.Depth;

    /// <summary>Offers on both sides.</summary>
    public int Count => _bids.Count + _asks.Count;

    /// <summary>Changes so far.</summary>
    public long Version { get; private set; }

    /// <summary>The best price of a side, or null.</summary>
    public MicroCredits? BestPrice(Side side) => SideOf(side) is { Best: { } key } ? new MicroCredits(PackedKey.PriceOf(side, key)) : null;

    /// <summary>Offers held on a side.</summary>
    public int CountOf(Side side) => SideOf(side).Count;

    /// <summary>Free units held on a side.</summary>
    public long UnitsOf(Side side) => SideOf(side).Units;

    /// <summary>Takes an offer in.</summary>
    /// <param name="handle">Finds it again; meaningless unless it was added.</param>
    /// <exception cref="ArgumentException">A price, a quantity, a term or a slot that no offer has.</exception>
    public BookOutcome Add(in BookOffer offer, out BookHandle handle)
    {
        handle = default;
        if (!PackedKey.Holds(offer.Price) || offer.Free < 1 || offer.LeaseTermMinutes < 0 || !OfferRow.Holds(offer.FirstSlot) || !OfferRow.Holds(offer.LastSlot)) throw NotToBeHeld(offer);
        var side = SideOf(offer.Side);
        if (side.HasEnded(offer.LastSlot)) return BookOutcome.Expired;
        if (!side.TryAdd(offer, out var index)) return BookOutcome.BelowWorst;
        handle = new BookHandle(offer.Side, index, side.GenerationOf(index));
        Version++;
        return BookOutcome.Added;
    }

    /// <summary>Takes an offer out; false when it has gone already.</summary>
    public bool Cancel(BookHandle handle)
    {
        if (!Contains(handle)) return false;
        SideOf(handle.Side).Remove(handle.Index);
        Version++;
        return true;
    }

    /// <summary>Whether the offer is still in.</summary>
    public bool Contains(BookHandle handle) => handle.Side is Side.Bid or Side.Ask && SideOf(handle.Side).IsHere(handle.Index, handle.Generation);

    /// <summary>The units of an offer that may still trade; 0 when it has gone.</summary>
    public int FreeOf(BookHandle handle) => Contains(handle) ? SideOf(handle.Side).Rows[handle.Index].Free : 0;

    /// <summary>Takes units that traded or were held; none left takes the offer out. False when it has gone already.</summary>
    /// <exception cref="ArgumentOutOfRangeException">No units, or more than are free.</exception>
    public bool Take(BookHandle handle, int units)
    {
        if (!Contains(handle)) return false;
        ArgumentOutOfRangeException.ThrowIfLessThan(units, 1);
        Take(SideOf(handle.Side), handle.Index, units);
        Version++;
        return true;
    }

    /// <summary>Drops what ended before this slot, and takes nothing such from now on. The slot never goes back.</summary>
    /// <returns>How many offers went.</returns>
    public int Prune(Slot current)
    {
        var before = Count;
        _bids.Prune(current);
        _asks.Prune(current);
        Version += before - Count;
        return before - Count;
    }

    /// <summary>Takes the units of fills from the offers they are of; offers of which nothing is left go.</summary>
    /// <param name="fills">Of this book as it is.</param>
    /// <exception cref="ArgumentOutOfRangeException">One takes more units than are free; those before it are taken.</exception>
    public void Apply(ReadOnlySpan<BookFill> fills)
    {
        try
        {
            foreach (ref readonly var fill in fills)
            {
                _bids.Spend(fill.Bid, fill.Quantity);
                _asks.Spend(fill.Ask, fill.Quantity);
            }
        }
        finally
        {
            _bids.RemoveSpent();
            _asks.RemoveSpent();
            Version += fills.Length;
        }
    }

    /// <summary>The id of an offer by where it lies.</summary>
    public OfferId IdOf(Side side, int index) => SideOf(side).Ids[index];

    /// <summary>Drops what gathered beyond the depth: from then on exactly the best of the fixed order are in.</summary>
    public void Bound()
    {
        var before = Count;
        _bids.Bound();
        _asks.Bound();
        Version += before - Count;
    }

    /// <summary>What readers may see now; the same object until the book changes.</summary>
    public BookQuote Quote()
    {
        if (_quote.Version != Version)
        {
            _quote = new BookQuote(Version, BestPrice(Side.Bid), BestPrice(Side.Ask), _bids.Count, _asks.Count, _bids.Units, _asks.Units);
        }

        return _quote;
    }

    /// <summary>Made apart from adding, so that adding needs no room for a text.</summary>
    private static ArgumentException NotToBeHeld(in BookOffer offer) => OfferRow.Holds(offer.FirstSlot) && OfferRow.Holds(offer.LastSlot)
        ? new($"An offer of {offer.Free} units at {offer.Price} credits for {offer.LeaseTermMinutes} minutes is none that a book can hold.", nameof(offer))
        : new($"Slots {offer.FirstSlot} to {offer.LastSlot} are none that a book can hold.", nameof(offer));

    private static void Take(BookSide side, int index, int units)
    {
        var left = side.Rows[index].Free - units;
        if (left < 0) throw BookSide.TooMany(units, side.Rows[index].Free);
        if (left == 0) side.Remove(index);
        else side.SetFree(index, left);
    }

    internal BookSide SideOf(Side side) => side == Side.Bid ? _bids : side == Side.Ask ? _asks : throw new ArgumentOutOfRangeException(nameof(side), side, "An offer is a bid or an ask.");
}
