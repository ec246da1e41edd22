using System.Buffers.Binary;
using HyphaMarket.Market.Books;
using HyphaMarket.Market.Ids;
using HyphaMarket.Market.Matching;
using HyphaMarket.Market.Money;
using HyphaMarket.Market.Offers;
using HyphaMarket.Market.Slots;

namespace HyphaMarket.Simulation.Economics.Clearing;

/// <summary>Clears quotes of numbered traders by the product's own order book and clearing rule: once a slot, as a market does.</summary>
/// <remarks>
/// A trader's offers share one id, since there is one of them in a slot: ids order a slot's input and break ties of price, and the input's root, drawn from
/// the seed, makes that order another one in each slot. Not safe for two threads.
/// </remarks>
public sealed class CallMarket
{
    private static readonly MarketId Id = new(Hash256.Of("economics"u8));

    private readonly IClearingRule _rule;
    private readonly int _buyers;
    private readonly int? _depthPerSide;
    private readonly long _seed;
    private readonly (OfferId Id, ParticipantId Owner)[] _names;
    private readonly int[] _byId;
    private readonly Dictionary<OfferId, int> _numbers;

    /// <param name="bookDepth">m: the best m/2 offers of each side can match; 0 for all.</param>
    /// <param name="seed">Breaks ties of price.</param>
    public CallMarket(IClearingRule rule, int buyers, int sellers, int bookDepth, long seed)
    {
        ArgumentNullException.ThrowIfNull(rule);
        ArgumentOutOfRangeException.ThrowIfNegative(bookDepth);
        if (bookDepth == 1) throw new ArgumentOutOfRangeException(nameof(bookDepth), bookDepth, "A book holds at least one offer a side: m is 0, for no bound, or at least 2.");
        (_rule, _buyers, _depthPerSide, _seed) = (rule, buyers, bookDepth == 0 ? null : bookDepth / 2, seed);
        _names = new (OfferId, ParticipantId)[buyers + sellers];
        for (var i = 0; i < _names.Length; i++) _names[i] = NameOf(i);
        _byId = [.. Enumerable.Range(0, _names.Length).OrderBy(i => _names[i].Id)];
        _numbers = new Dictionary<OfferId, int>(_names.Length);
        for (var i = 0; i < _names.Length; i++) _numbers.Add(_names[i].Id, i);
    }

    public IClearingRule Rule => _rule;

    /// <summary>The trades of one slot.</summary>
    /// <param name="call">Which slot of the market: 0 for the first.</param>
    /// <param name="quotes">A limit price for each trader, micro-credits; 0 where it makes no offer.</param>
    public IReadOnlyList<Trade> Clear(long call, ReadOnlySpan<long> quotes)
    {
        if (quotes.Length != _names.Length) throw new ArgumentException($"There are {_names.Length} traders and {quotes.Length} quotes.", nameof(quotes));
        var slot = new Slot((2 * call) + 1); // odd slots match
        var fills = _rule.Clear(new MatchInput(slot, RootOf(call), EntriesOf(slot, quotes)));
        var trades = new Trade[fills.Count];
        for (var i = 0; i < trades.Length; i++)
        {
            var fill = fills[i];
            trades[i] = new Trade(_numbers[fill.Bid], _numbers[fill.Ask], fill.BuyPrice.Value, fill.SellPrice.Value);
        }

        return trades;
    }

    private IReadOnlyList<MatchEntry> EntriesOf(Slot slot, ReadOnlySpan<long> quotes)
    {
        var entries = new List<MatchEntry>(quotes.Length);
        var bids = 0;
        foreach (var trader in _byId)
        {
            if (quotes[trader] == 0) continue;
            if (trader < _buyers) bids++;
            entries.Add(new MatchEntry(OfferOf(trader, slot, quotes[trader]), 1, []));
        }

        if (_depthPerSide is not { } depth || Math.Max(bids, entries.Count - bids) <= depth) return entries;
        var book = new OrderBook(Id, depth);
        foreach (var entry in entries) book.Add(entry.Offer);
        return book.EntriesAt(slot);
    }

    private Offer OfferOf(int trader, Slot slot, long quote) => new()
    {
        Id = _names[trader].Id,
        Owner = _names[trader].Owner,
        Sequence = (ulong)slot.Value,
        Market = Id,
        Side = trader < _buyers ? Side.Bid : Side.Ask,
        LimitPrice = new MicroCredits(quote),
        Quantity = 1,
        LeaseTermMinutes = 1,
        FirstSlot = slot,
        LastSlot = slot,
    };

    private Hash256 RootOf(long call)
    {
        Span<byte> bytes = stackalloc byte[2 * sizeof(long)];
        BinaryPrimitives.WriteInt64BigEndian(bytes, _seed);
        BinaryPrimitives.WriteInt64BigEndian(bytes[sizeof(long)..], call);
        return Hash256.Of(bytes);
    }

    private static (OfferId Id, ParticipantId Owner) NameOf(int trader)
    {
        Span<byte> bytes = stackalloc byte[sizeof(int)];
        BinaryPrimitives.WriteInt32BigEndian(bytes, trader);
        return (new OfferId(Hash256.Of(bytes)), new ParticipantId(bytes));
    }
}
