using BenchmarkDotNet.Attributes;
using HyphaMarket.Market.Books;
using HyphaMarket.Market.Ids;
using HyphaMarket.Market.Matching;
using HyphaMarket.Market.Money;
using HyphaMarket.Market.Offers;
using HyphaMarket.Market.Slots;

namespace HyphaMarket.Benchmarks.Matching;

/// <summary>What a broker's core does with its store: full sides of 4 m offers, and the input of a slot of m/2 a side.</summary>
[MemoryDiagnoser]
[Config(typeof(InProcess))]
public class StoreBenchmark
{
    private const int Kept = 4_096, SideDepth = 512;
    private static readonly MarketId s_market = new(Hash256.Of("a market"u8));
    private static readonly Slot s_slot = new(101);

    private readonly SlotMatcher _matcher = new();
    private OfferStore _store = new(s_market, Kept);
    private Offer[] _better = [];
    private MatchInput _input = new(s_slot, default, []);
    private int _next;

    [GlobalSetup]
    public void Make()
    {
        var random = new Random(2);
        foreach (var number in Enumerable.Range(0, 2 * Kept)) _store.Add(Offer(number, number % 2 == 0 ? Side.Bid : Side.Ask, 50_000_000 + random.Next(100_000_000)));
        // Each better than all before, so that each pushes the worst out.
        _better = [.. Enumerable.Range(0, 1_000_000).Select(number => Offer(2 * Kept + number, Side.Ask, 49_000_000 - number))];
        _input = new MatchInput(s_slot, Hash256.Of("root"u8), _store.BookAt(s_slot, SideDepth, offer => Availability.Of(offer.Quantity)).Entries);
    }

    /// <summary>Into a full side: the worst is found and told.</summary>
    [Benchmark]
    public BookChange AddToAFullSide() => _store.Add(_better[_next++ % _better.Length]);

    [Benchmark]
    public int RankOfTheWorst() => _store.RankOf(_store.Threshold(Side.Bid)!.Id);

    /// <summary>The best eligible of both sides with units free.</summary>
    [Benchmark]
    public SlotBook BookOfASlot() => _store.BookAt(s_slot, SideDepth, offer => Availability.Of(offer.Quantity));

    [Benchmark]
    public int MatchOfASlot() => _matcher.Match(ClearingRules.PairwiseMean, _input).Length;

    /// <summary>Of 64 owners a side, as many offers each as are eligible.</summary>
    private static Offer Offer(int number, Side side, long price) => new()
    {
        Id = new OfferId(Hash256.Of(BitConverter.GetBytes(number))),
        Owner = new ParticipantId(BitConverter.GetBytes(number % 128)),
        Sequence = (ulong)number,
        Market = s_market,
        Side = side,
        LimitPrice = new MicroCredits(price),
        Quantity = 4,
        LeaseTermMinutes = 60,
        FirstSlot = new Slot(100),
        LastSlot = new Slot(400),
    };
}
