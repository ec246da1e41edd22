using HyphaMarket.Market.Ids;
using HyphaMarket.Market.Slots;
using HyphaMarket.Node.Configuration;
using HyphaMarket.Node.Trading.Standing;

namespace HyphaMarket.Node.Tests.Trading.Standing;

[TestFixture]
internal sealed class AdvertisePolicyTests
{
    private static readonly AdvertiseOptions Always = new() { Enabled = true, PriceMicros = 500 };
    private static readonly AdvertiseOptions Nights = Always with { Hours = ["22:00-06:00"] };

    [Test]
    public void AllUnitsButTheReserveAndThePromised_AreOffered() =>
        Assert.That(Decide(Always with { Reserve = 2 }, View(units: 8) with { PromisedUnits = 3 }), Is.EqualTo(new[] { new StandingAction.Place(3, 500, 24 * 60, TimeSpan.FromMinutes(10)) }));

    [Test]
    public void AsksPlacedByHand_TakeTheirUnits_AndAreNotWithdrawn()
    {
        var byHand = Ask(1, 3) with { IsOurs = false, PriceMicros = 7 };
        Assert.That(Placed(Always, View(units: 4) with { Asks = [byHand] }), Is.EqualTo(1));
        Assert.That(Decide(Always, View(units: 2) with { Asks = [byHand] }), Is.Empty);
    }

    [Test]
    public void WhatIsSoldMeanwhile_ShrinksTheAsks()
    {
        Assert.That(Decide(Always, View(units: 4) with { Asks = [Ask(1, 4)] }), Is.Empty);
        Assert.That(Decide(Always, View(units: 4) with { Asks = [Ask(1, 4)], PromisedUnits = 1 }), Is.EqualTo(new[] { new StandingAction.Withdraw(Ask(1, 4).Id) }));
    }

    [TestCase(500, 100, null, ExpectedResult = 500)]
    [TestCase(0, 100, null, ExpectedResult = 100, Description = "unsaid, the floor is asked")]
    [TestCase(50, 100, null, ExpectedResult = 100, Description = "the floor was raised")]
    public long Price_IsNeverBelowTheFloor(long price, long floor, long? hook) => Price(Always with { PriceMicros = price }, floor, hook);

    [TestCase(700, ExpectedResult = 700)]
    [TestCase(30, ExpectedResult = 100)]
    [TestCase(null, ExpectedResult = 500, Description = "before the first answer")]
    public long PriceOfTheHook_IsNeverBelowTheFloor(long? hook) => Price(Always with { Hook = "/usr/bin/price" }, 100, hook);

    [Test]
    public void AnAskOfAnotherPrice_IsReplaced() =>
        Assert.That(Decide(Always, View(units: 1) with { Asks = [Ask(1, 1) with { PriceMicros = 400 }] }), Is.EqualTo(new[] { new StandingAction.Withdraw(Ask(1, 1).Id) }));

    [Test]
    public void AnAsk_IsRenewedBeforeItEnds()
    {
        var view = View(units: 1);
        Assert.That(Decide(Always, view with { Asks = [Ask(1, 1) with { Ends = view.Now.PlusMs(9_000) }] }), Is.Empty);
        Assert.That(Decide(Always, view with { Asks = [Ask(1, 1) with { Ends = view.Now.PlusMs(7_000) }] }), Has.Count.EqualTo(1));
    }

    [Test]
    public void TurnedOff_OrOutsideItsHours_AsksAreWithdrawn()
    {
        Assert.That(Decide(Always with { Enabled = false }, View(units: 1) with { Asks = [Ask(1, 1)] }), Is.EqualTo(new[] { new StandingAction.Withdraw(Ask(1, 1).Id) }));
        Assert.That(Decide(Nights, View(units: 1, "12:00") with { Asks = [Ask(1, 1)] }), Is.EqualTo(new[] { new StandingAction.Withdraw(Ask(1, 1).Id) }));
        Assert.That(Decide(Nights, View(units: 1, "12:00")), Is.Empty);
        Assert.That(Placed(Nights, View(units: 1, "23:00")), Is.EqualTo(1));
        Assert.That(Placed(Nights, View(units: 1, "05:00")), Is.EqualTo(1));
    }

    [Test]
    public void StretchesThatFollowEachOther_AreOne()
    {
        var parts = Always with { Hours = ["22:00-24:00", "00:00-06:00"] };
        Assert.That(Decide(parts, View(units: 1, "23:00")), Is.EqualTo(Decide(Nights, View(units: 1, "23:00"))));
        Assert.That(Decide(Always with { Hours = ["00:00-12:00", "12:00-24:00"] }, View(units: 1)), Is.EqualTo(Decide(Always, View(units: 1))), "no hour of the day is missing");
    }

    /// <summary>Whatever is there, what the policy leaves standing fits the machine, the hours and the floor; and it comes to rest.</summary>
    [Test]
    public void WhateverIsThere_TheAsksFitTheMachine_TheHoursAndTheFloor([Range(1, 20)] int seed)
    {
        TestContext.Out.WriteLine($"seed {seed}");
        var random = new Random(seed);
        for (var i = 0; i < 500; i++)
        {
            var units = random.Next(0, 9);
            var advertise = new AdvertiseOptions
            {
                Enabled = random.Next(8) > 0, PriceMicros = random.Next(0, 1_000), Reserve = random.Next(0, 4), Hook = random.Next(2) == 0 ? "/hook" : null,
                Hours = [.. Enumerable.Range(0, random.Next(0, 4)).Select(_ => $"{random.Next(0, 24):00}:{random.Next(0, 60):00}-{random.Next(0, 25):00}:00")],
            };
            var view = View(units, $"{random.Next(0, 24):00}:{random.Next(0, 60):00}") with { PromisedUnits = random.Next(0, 5), FloorMicros = random.Next(1, 600), HookMicros = random.Next(2) == 0 ? random.Next(1, 900) : null };
            view = view with
            {
                Asks = [.. Enumerable.Range(1, random.Next(0, 4)).Select(id => Ask((byte)id, random.Next(1, 4)) with { PriceMicros = random.Next(1, 1_000), TermMinutes = random.Next(1, 2_000), Ends = view.Now.PlusMs(random.Next(1, 600_000)), IsOurs = random.Next(3) > 0, IsOpen = random.Next(5) > 0 })],
            };

            var decision = AdvertisePolicy.Decide(advertise, view);
            for (var round = 0; decision.Actions.Count > 0; round++)
            {
                Assert.That(round, Is.LessThan(3), $"seed {seed}, case {i}: it comes to rest");
                view = Carry(view, decision);
                decision = AdvertisePolicy.Decide(advertise, view);
            }

            var ours = view.Asks.Where(ask => ask is { IsOurs: true, IsOpen: true }).ToArray();
            if (ours.Length == 0) continue;
            Assert.That(view.Asks.Sum(ask => ask.Remaining) + view.PromisedUnits, Is.LessThanOrEqualTo(units - advertise.Reserve), $"seed {seed}, case {i}");
            foreach (var ask in ours)
            {
                Assert.That(ask.PriceMicros, Is.GreaterThanOrEqualTo(view.FloorMicros), $"seed {seed}, case {i}");
                if (advertise.Hours.Count == 0) continue;
                var latest = ask.Ends.PlusMs((long)view.SettleWithin.TotalMilliseconds + (ask.TermMinutes * 60_000L));
                for (var at = view.Now; at < latest; at = at.PlusMs(60_000)) Assert.That(IsWithin(advertise.Hours, at), $"seed {seed}, case {i}: its latest lease runs in the hours, {DateTimeOffset.FromUnixTimeMilliseconds(at.UnixMs):HH:mm} too");
            }
        }
    }

    private static bool IsWithin(IEnumerable<string> hours, Instant at)
    {
        var minute = DateTimeOffset.FromUnixTimeMilliseconds(at.UnixMs).TimeOfDay;
        return hours.Any(text =>
        {
            var times = text.Split('-').Select(part => TimeSpan.FromHours(int.Parse(part[..2], null)) + TimeSpan.FromMinutes(int.Parse(part[3..], null))).ToArray();
            return times[0] < times[1] ? minute >= times[0] && minute < times[1] : minute >= times[0] || minute < times[1];
        });
    }

    private static AdvertiseView Carry(AdvertiseView view, StandingDecision decision)
    {
        var asks = view.Asks.ToList();
        foreach (var action in decision.Actions)
        {
            if (action is StandingAction.Withdraw withdraw) asks.RemoveAll(ask => ask.Id == withdraw.Order);
            else if (action is StandingAction.Place place) asks.Insert(0, new StandingOrder(new OfferId(Hash256.Of([200])), place.Quantity, place.PriceMicros, place.TermMinutes, view.Now.PlusMs((long)place.Life!.Value.TotalMilliseconds), true, true));
            else Assert.Fail($"An ask needs no {action}.");
        }

        return view with { Asks = asks };
    }

    private static long Price(AdvertiseOptions advertise, long floor, long? hook) =>
        Decide(advertise, View(units: 1) with { FloorMicros = floor, HookMicros = hook }).OfType<StandingAction.Place>().Single().PriceMicros;

    private static int Placed(AdvertiseOptions advertise, AdvertiseView view) => Decide(advertise, view).OfType<StandingAction.Place>().Sum(place => place.Quantity);

    private static IReadOnlyList<StandingAction> Decide(AdvertiseOptions advertise, AdvertiseView view) => AdvertisePolicy.Decide(advertise, view).Actions;

    private static AdvertiseView View(int units, string time = "00:00") => new(new Instant(DateTimeOffset.Parse($"2026-03-01T{time}:00Z", null).ToUnixTimeMilliseconds()), units, 0, [])
    {
        LongestLife = TimeSpan.FromMinutes(10), RenewWithin = TimeSpan.FromSeconds(8), SettleWithin = TimeSpan.FromSeconds(17), LongestTerm = TimeSpan.FromHours(24), FloorMicros = 1,
    };

    private static StandingOrder Ask(byte id, int units) => new(new OfferId(Hash256.Of([id])), units, 500, 60, new Instant(DateTimeOffset.Parse("2026-03-01T00:10:00Z", null).ToUnixTimeMilliseconds()), true, true);
}
