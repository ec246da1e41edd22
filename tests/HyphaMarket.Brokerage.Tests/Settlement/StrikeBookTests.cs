using HyphaMarket.Brokerage.Settlement;
using HyphaMarket.Market.Ids;
using HyphaMarket.Market.Slots;

namespace HyphaMarket.Brokerage.Tests.Settlement;

public sealed class StrikeBookTests
{
    private const long HalfLife = 3_600_000;
    private static readonly ParticipantId Somebody = Support.FakeKeys.Of("somebody").Id;

    [TestCase(0, 1000)]
    [TestCase(HalfLife / 2, 750)]
    [TestCase(HalfLife, 500)]
    [TestCase(2 * HalfLife, 250)]
    [TestCase(24 * HalfLife, 0)]
    [TestCase(long.MaxValue, 0)]
    public void AStrike_HalvesWithEveryHalfLife(long afterMs, long milli)
    {
        var book = new StrikeBook(HalfLife, 10);
        book.Add(new Instant(0), Somebody);
        Assert.That(book.MilliOf(new Instant(afterMs), Somebody), Is.EqualTo(milli));
    }

    [Test]
    public void OneStrikeInEveryHalfLife_NeverBecomesThree()
    {
        var book = new StrikeBook(HalfLife, 10);
        for (var i = 0; i < 1000; i++)
        {
            var at = new Instant(i * (HalfLife - 1));
            book.Add(at, Somebody);
            Assert.That(book.MilliOf(at, Somebody), Is.LessThan(2_100), "it approaches two");
        }
    }

    [Test]
    public void AClockThatStepsBack_GivesNoStrikeBack()
    {
        var book = new StrikeBook(HalfLife, 10);
        book.Add(new Instant(HalfLife), Somebody);
        Assert.That(book.MilliOf(new Instant(0), Somebody), Is.EqualTo(1000));
    }

    [Test]
    public void AFullBook_ForgetsTheLeastStruck()
    {
        var book = new StrikeBook(HalfLife, 2);
        var names = new[] { "a", "b", "c" }.Select(name => Support.FakeKeys.Of(name).Id).ToArray();
        book.Add(new Instant(0), names[0]);
        book.Add(new Instant(0), names[0]);
        book.Add(new Instant(0), names[1]);
        book.Add(new Instant(1), names[2]);
        Assert.That(names.Select(name => book.MilliOf(new Instant(1), name) > 0), Is.EqualTo(new[] { true, false, true }));
    }
}
