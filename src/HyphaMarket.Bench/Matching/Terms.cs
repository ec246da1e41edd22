using System.Diagnostics;
using HyphaMarket.Market.Ids;
using HyphaMarket.Market.Matching;
using HyphaMarket.Market.Money;
using HyphaMarket.Market.Offers;
using HyphaMarket.Market.Slots;

namespace HyphaMarket.Bench.Matching;

/// <summary>A slot's input as brokers exchange it, checked, ranked and matched: what each kind of terms and each clearing rule costs.</summary>
internal sealed class Terms
{
    private const int Inputs = 8, Repeats = 100;

    private readonly SlotMatcher _matcher = new();
    private readonly IClearingRule _rule;
    private readonly MatchInput[] _inputs;

    /// <param name="perSide">Offers a side.</param>
    /// <param name="change">What makes a plain offer of so many units one with terms; the number is its place.</param>
    public Terms(IClearingRule rule, int perSide, Func<Offer, int, Offer> change)
    {
        _rule = rule;
        _inputs = [.. Enumerable.Range(0, Inputs).Select(seed => Make(seed, perSide, change))];
    }

    /// <summary>Microseconds a slot.</summary>
    public double Microseconds()
    {
        var start = Stopwatch.GetTimestamp();
        for (var i = 0; i < Repeats; i++) _matcher.Match(_rule, _inputs[i % Inputs]);
        return Stopwatch.GetElapsedTime(start).TotalMicroseconds / Repeats;
    }

    private static MatchInput Make(int seed, int perSide, Func<Offer, int, Offer> change)
    {
        var stream = new OfferStream(seed);
        var slot = new Slot(1_001);
        var entries = Enumerable.Range(0, 2 * perSide).Select(number =>
        {
            var values = stream.Next(number % 2 == 0 ? Side.Bid : Side.Ask, slot);
            return change(
                new Offer
                {
                    Id = values.Id,
                    Owner = new ParticipantId(values.Id.ToArray()),
                    Sequence = (ulong)number,
                    Market = new MarketId(Hash256.Of("a market"u8)),
                    Side = values.Side,
                    LimitPrice = values.Price,
                    Quantity = values.Free,
                    LeaseTermMinutes = values.LeaseTermMinutes,
                    FirstSlot = values.FirstSlot,
                    LastSlot = values.LastSlot,
                },
                number);
        });
        return new MatchInput(slot, Hash256.Of(BitConverter.GetBytes(seed)), [.. entries.OrderBy(offer => offer.Id).Select(offer => new MatchEntry(offer, offer.Quantity, []))]);
    }

    /// <summary>As it is.</summary>
    public static Offer Plain(Offer offer, int number) => offer;

    /// <summary>One unit, which is all that mcafee clears.</summary>
    public static Offer Single(Offer offer, int number) => offer with { Quantity = 1 };

    /// <summary>All of one price and slot, so that hashes rank them all.</summary>
    public static Offer Tied(Offer offer, int number) => offer with { LimitPrice = new MicroCredits(1_000_000), FirstSlot = new Slot(1_000) };

    /// <summary>An attribute each, and a clause on the other side's for every second.</summary>
    public static Offer Constrained(Offer offer, int number) => offer with
    {
        Attributes = [new OfferAttribute("region", Region(number))],
        Constraints = number % 4 < 2 ? [] : [new OfferConstraint("region", false, [Region(number / 4)])],
    };

    /// <summary>Eight clauses of sixteen values and sixteen attributes on every offer: the most that the rules allow.</summary>
    public static Offer MostConstrained(Offer offer, int number) => offer with
    {
        Attributes = [.. Enumerable.Range(0, 16).Select(key => new OfferAttribute($"key-{key:D2}", $"value-{(number + key) % 20:D2}"))],
        Constraints = [.. Enumerable.Range(0, 8).Select(key => new OfferConstraint($"key-{key:D2}", true, [.. Enumerable.Range(0, 16).Select(value => $"value-{value + 4:D2}")]))],
    };

    /// <summary>Half of the units must trade at once.</summary>
    public static Offer MinimumFill(Offer offer, int number) => offer with { MinimumFill = (offer.Quantity + 1) / 2 };

    /// <summary>Pairs of alternatives of one owner.</summary>
    public static Offer Grouped(Offer offer, int number) => offer with { Owner = new ParticipantId(BitConverter.GetBytes(number / 4 * 2 + number % 2)), Group = new byte[OfferLimits.GroupBytes] };

    /// <summary>Every unit from another owner.</summary>
    public static Offer Distinct(Offer offer, int number) => offer with { Distinct = true };

    private static string Region(int number) => (number % 3) switch { 0 => "ap", 1 => "eu", _ => "us" };
}
