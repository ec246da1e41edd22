using HyphaMarket.Market.Slots;

namespace HyphaMarket.Market.Tests.Slots;

public sealed class MonotonicSlotTests
{
    private static readonly SlotSchedule Schedule = SlotSchedule.WithDefaultBounds(0, 1_000);

    private MonotonicSlot _slot = new(Schedule);

    [SetUp]
    public void StartAtTen()
    {
        _slot = new MonotonicSlot(Schedule);
        _slot.Advance(new Instant(10_000));
    }

    [Test]
    public void ClockGoingBack_LeavesTheSlot() => Assert.That(_slot.Advance(new Instant(4_000)), Is.EqualTo(new Slot(10)));

    [Test]
    public void ClockGoingOn_MovesIt() => Assert.That(_slot.Advance(new Instant(11_000)), Is.EqualTo(new Slot(11)));

    [Test]
    public void ClockFarAheadOfTheMedian_IsNotFollowed() =>
        Assert.That(_slot.Advance(new Instant(99_000), fellowMedian: new Instant(10_899)), Is.EqualTo(new Slot(10)), "the median plus S is still in slot 10");

    [Test]
    public void ClockAheadWithinTheBound_IsFollowed() =>
        Assert.That(_slot.Advance(new Instant(11_000), fellowMedian: new Instant(10_900)), Is.EqualTo(new Slot(11)));

    [Test]
    public void MedianFarBehind_DoesNotTakeTheSlotBack() =>
        Assert.That(_slot.Advance(new Instant(11_000), fellowMedian: new Instant(2_000)), Is.EqualTo(new Slot(10)));

    [Test]
    public void Restore_NeverGoesBackEither()
    {
        _slot.Restore(new Slot(20));
        _slot.Restore(new Slot(15));
        Assert.That(_slot.Advance(new Instant(12_000)), Is.EqualTo(new Slot(20)));
    }
}
