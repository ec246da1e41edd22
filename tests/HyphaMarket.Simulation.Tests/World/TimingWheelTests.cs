using HyphaMarket.Simulation.World;

namespace HyphaMarket.Simulation.Tests.World;

[TestFixture]
internal sealed class TimingWheelTests
{
    [Test]
    public void WhatIsPlanned_HappensInOrderOfTime_ThenOfPlanning([Range(1, 5)] int seed)
    {
        var random = new Random(seed);
        var wheel = new TimingWheel();
        var planned = new List<(long At, int Number)>();
        var happened = new List<(long At, int Number)>();
        var number = 0;
        for (var until = 0L; until < 200_000; until += random.Next(1, 30_000))
        {
            for (var i = 0; i < 200; i++)
            {
                // Near and far ones, many at the same millisecond.
                var (at, mine) = (until + (random.Next(3) == 0 ? random.Next(60_000) : random.Next(20)), number++);
                planned.Add((at, mine));
                wheel.Add(at, new PlannedAction(() => happened.Add((at, mine))));
            }

            while (wheel.TryTake(until, out var now, out var what))
            {
                what.Happen();
                Assert.That(happened[^1].At, Is.EqualTo(now));
            }
        }

        while (wheel.TryTake(long.MaxValue / 2, out _, out var what)) what.Happen();
        Assert.That(happened, Is.EqualTo(planned.OrderBy(one => one.At).ThenBy(one => one.Number)), $"seed {seed}");
    }

    [Test]
    public void WhatIsPlannedForThePast_HappensAtOnce_AfterWhatWasPlannedForNow()
    {
        var wheel = new TimingWheel();
        var told = new List<string>();
        wheel.Add(100, new PlannedAction(() =>
        {
            told.Add("first");
            wheel.Add(5, new PlannedAction(() => told.Add("late")));
        }));
        wheel.Add(100, new PlannedAction(() => told.Add("second")));
        while (wheel.TryTake(100, out _, out var what)) what.Happen();
        Assert.That(told, Is.EqualTo(["first", "second", "late"]));
    }
}
