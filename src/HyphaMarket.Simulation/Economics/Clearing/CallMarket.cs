using System.Buffers.Binary;
using HyphaMarket.Market.Books;
using HyphaMarket.Market.Ids;
using HyphaMarket.Market.Matching;
using HyphaMarket.Market.Money;
using HyphaMarket.Market.Offers;
using HyphaMarket.Market.Slots;

namespace HyphaMarket.Simulation.Economics.Clearing;

/// <summary>Clears quotes of numbered traders by the product's own order book and matcher: once a slot, as a market does.</summary>
/// <remarks>
/// A trader's offers share one id, since there is one of them in a slot: ids break ties of price, and the input's root, drawn from the seed, makes that
/// order another one in each slot. Not safe for two threads.
/// </remarks>
public sealed class CallMarket
{
    private readonly IClearingRule _rule;
    private readonly int _buyers;
    private readonly int _depthPerSide;
    private readonly long _seed;
    private readonly OfferId[] _ids;
    private readonly SlotMatcher _matcher = new();
    private readonly int[] _bidders;
    private readonly int[] _askers;

    /// <param name="bookDepth">m: the best m/2 offers of each side can match; 0 for all.</param>
    /// <param name="seed">Breaks ties of price.</param>
    public CallMarket(IClearingRule rule, int buyers, int sellers, int bookDepth, long seed)
    {
        ArgumentNullException.ThrowIfNull(rule);
        ArgumentOutOfRangeException.ThrowIfNegative(bookDepth);
        if (bookDepth == 1) throw new ArgumentOutOfRangeException(nameof(bookDepth), bookDepth, "A book holds at least one offer a side: m is 0, for no bound, or at least 2.");
        var all = Math.Max(buyers, sellers);
        (_rule, _buyers, _seed) = (rule, buyers, seed);
        _depthPerSide = bookDepth == 0 ? all : Math.Min(bookDepth / 2, all);
        _ids = [.. Enumerable.Range(0, buyers + sellers).Select(IdOf)];
        (_bidders, _askers) = (new int[2 * all], new int[2 * all]);
    }

    /// <summary>The trades of one slot.</summary>
    /// <param name="call">Which slot of the market: 0 for the first.</param>
    /// <param name="quotes">A limit price for each trader, micro-credits; 0 where it makes no offer.</param>
    public IReadOnlyList<Trade> Clear(long call, ReadOnlySpan<long> quotes)
    {
        if (quotes.Length != _ids.Length) throw new ArgumentException($"There are {_ids.Length} traders and {quotes.Length} quotes.", nameof(quotes));
        var slot = new Slot((2 * call) + 1); // odd slots match
        var book = new OrderBook(_depthPerSide, _depthPerSide);
        for (var trader = 0; trader < quotes.Length; trader++)
        {
            if (quotes[trader] == 0) continue;
            var side = trader < _buyers ? Side.Bid : Side.Ask;
            var offer = new BookOffer { Id = _ids[trader], Side = side, Price = new MicroCredits(quotes[trader]), Free = 1, Owner = trader, LeaseTermMinutes = 1, FirstSlot = slot, LastSlot = slot };
            // Where the book has dropped an offer, a later one may lie in its place.
            if (book.Add(offer, out var handle) == BookOutcome.Added) (side == Side.Bid ? _bidders : _askers)[handle.Index] = trader;
        }

        var fills = _matcher.Match(_rule, book, slot, RootOf(call));
        var trades = new Trade[fills.Length];
        for (var i = 0; i < trades.Length; i++) trades[i] = new Trade(_bidders[fills[i].Bid], _askers[fills[i].Ask], fills[i].BuyPrice.Value, fills[i].SellPrice.Value);
        return trades;
    }

    private Hash256 RootOf(long call)
    {
        Span<byte> bytes = stackalloc byte[2 * sizeof(long)];
        BinaryPrimitives.WriteInt64BigEndian(bytes, _seed);
        BinaryPrimitives.WriteInt64BigEndian(bytes[sizeof(long)..], call);
        return Hash256.Of(bytes);
    }

    private static OfferId IdOf(int trader)
    {
        Span<byte> bytes = stackalloc byte[sizeof(int)];
        BinaryPrimitives.WriteInt32BigEndian(bytes, trader);
        return new OfferId(Hash256.Of(bytes));
    }
}
