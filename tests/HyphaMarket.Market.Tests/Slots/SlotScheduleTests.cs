using HyphaMarket.Market.Slots;

namespace HyphaMarket.Market.Tests.Slots;

public sealed class SlotScheduleTests
{
    /// <summary>L = 2 s, D = 400 ms, S = 200 ms, A = 2.</summary>
    private static readonly SlotSchedule Schedule = SlotSchedule.WithDefaultBounds(1_000_000, 2_000);

    [TestCase(1_000_000, 0)]
    [TestCase(1_001_999, 0)]
    [TestCase(1_002_000, 1)]
    [TestCase(999_999, -1)]
    [TestCase(998_000, -1)]
    [TestCase(997_999, -2)]
    public void SlotAt_IsTheFloorOfElapsedSlots(long unixMs, long slot) => Assert.That(Schedule.SlotAt(new Instant(unixMs)), Is.EqualTo(new Slot(slot)));

    [TestCase(1_000_000, 1)]
    [TestCase(1_001_999, 1)]
    [TestCase(1_002_000, 3)]
    [TestCase(998_000, 1)]
    [TestCase(997_999, -1)]
    public void NextMatchAt_IsTheFirstWhoseCutoffLiesAhead(long unixMs, long slot)
    {
        Assert.That(Schedule.NextMatchAt(new Instant(unixMs)), Is.EqualTo(new Slot(slot)));
        Assert.That(Schedule.CutoffOf(new Slot(slot)), Is.GreaterThan(new Instant(unixMs)));
        Assert.That(Schedule.CutoffOf(new Slot(slot - 2)), Is.LessThanOrEqualTo(new Instant(unixMs)));
    }

    [Test]
    public void Slot_StartsWhereThePreviousEnds()
    {
        for (var slot = new Slot(-3); slot.Value < 4; slot = slot.Next)
        {
            Assert.That(Schedule.EndOf(slot), Is.EqualTo(Schedule.StartOf(slot.Next)));
            Assert.That(Schedule.SlotAt(Schedule.StartOf(slot)), Is.EqualTo(slot));
            Assert.That(Schedule.SlotAt(Schedule.EndOf(slot).PlusMs(-1)), Is.EqualTo(slot));
        }
    }

    [Test]
    public void MatchSlot_HasItsPhasesInOrder()
    {
        var slot = new Slot(7);
        Assert.Multiple(() =>
        {
            Assert.That(Schedule.EarlyBoundOf(slot), Is.EqualTo(new Instant(1_013_200)), "cutoff - (D + 2 S)");
            Assert.That(Schedule.CutoffOf(slot), Is.EqualTo(new Instant(1_014_000)), "the end of the even slot before");
            Assert.That(Schedule.ProposeTimeOf(slot), Is.EqualTo(new Instant(1_014_400)), "0.2 L into it");
            Assert.That(Schedule.DeadlineOf(slot), Is.EqualTo(new Instant(1_024_000)), "the end of two pairs after it");
            Assert.That(Schedule.LastActivationSlotOf(slot), Is.EqualTo(new Slot(11)));
            Assert.That(Schedule.HoldEndOf(slot), Is.EqualTo(new Instant(1_024_400)), "deadline + 2 S");
            Assert.That(Schedule.RecordExpiryOf(slot), Is.EqualTo(new Slot(12)));
        });
    }

    [Test]
    public void EvenSlot_HasNoCutoff() => Assert.That(() => Schedule.CutoffOf(new Slot(8)), Throws.ArgumentException.With.Message.Contains("even"));

    [Test]
    public void FarAwaySlots_SaturateInsteadOfWrappingAround() => Assert.Multiple(() =>
    {
        Assert.That(Schedule.StartOf(new Slot(long.MaxValue)), Is.EqualTo(new Instant(long.MaxValue)));
        Assert.That(Schedule.EndOf(new Slot(long.MaxValue)), Is.EqualTo(new Instant(long.MaxValue)));
        Assert.That(Schedule.StartOf(new Slot(long.MinValue)), Is.EqualTo(new Instant(long.MinValue)));
        Assert.That(Schedule.DeadlineOf(new Slot(long.MaxValue)), Is.EqualTo(new Instant(long.MaxValue)));
        Assert.That(Schedule.EarlyBoundOf(new Slot(long.MinValue + 1)), Is.EqualTo(new Instant(long.MinValue)));
        Assert.That(Schedule.SlotAt(new Instant(long.MinValue)).Value, Is.Negative);
    });

    [TestCase(5, 1, 1, 2, "slot lasts")]
    [TestCase(2_000, 0, 200, 2, "network bound")]
    [TestCase(2_000, 400, 0, 2, "clock bound")]
    [TestCase(2_000, 1_600, 200, 2, "shorter than a slot")]
    [TestCase(2_000, 400, 200, 0, "pairs")]
    public void Validate_SaysWhichParameterIsWrong(long length, long network, long clock, int pairs, string said)
    {
        var schedule = new SlotSchedule { GenesisUnixMs = 0, LengthMs = length, NetworkBoundMs = network, ClockBoundMs = clock, ActivationPairs = pairs };
        Assert.That(schedule.Validate, Throws.ArgumentException.With.Message.Contains(said));
    }

    [TestCase(2_000)]
    [TestCase(500)]
    public void Validate_AcceptsTheUsualProportions(long lengthMs) => Assert.That(SlotSchedule.WithDefaultBounds(0, lengthMs).Validate, Throws.Nothing);

    [Test]
    public void SlotsIn_CountsWholeSlots() => Assert.Multiple(() =>
    {
        Assert.That(Schedule.SlotsIn(600_000), Is.EqualTo(300));
        Assert.That(Schedule.SlotsIn(3_999), Is.EqualTo(1));
        Assert.That(Schedule.SlotsIn(1), Is.EqualTo(1));
    });
}
