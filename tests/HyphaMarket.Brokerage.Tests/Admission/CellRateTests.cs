using HyphaMarket.Brokerage.Admission;

namespace HyphaMarket.Brokerage.Tests.Admission;

[TestFixture]
internal sealed class CellRateTests
{
    [Test]
    public void ABurst_IsLetThrough_AndThenTheRate()
    {
        var (rate, moment) = (new CellRate(500, 1_000), long.MinValue);
        Assert.That(rate.MaySend(moment, 10_000, 1_000, out moment, out _), Is.True);
        Assert.That(rate.MaySend(moment, 10_000, 1, out _, out var retryAfterMs), Is.False);
        Assert.That(retryAfterMs, Is.EqualTo(2));
        Assert.That(rate.MaySend(moment, 10_002, 1, out moment, out _), Is.True);
        Assert.That(rate.MaySend(moment, 10_002, 1, out _, out _), Is.False);
    }

    [Test]
    public void MoreThanABurst_IsNeverLetThrough() => Assert.That(new CellRate(500, 1_000).MaySend(long.MinValue, 10_000, 1_001, out _, out _), Is.False);

    [Test]
    public void AClockThatIsSetBack_CostsNoMoreThanABurst()
    {
        var rate = new CellRate(500, 1_000);
        rate.MaySend(long.MinValue, 1_000_000_000, 1_000, out var moment, out _);
        Assert.That(rate.MaySend(moment, 1_000, 1, out _, out var retryAfterMs), Is.False);
        Assert.That(retryAfterMs, Is.LessThanOrEqualTo(2));
    }

    [Test]
    public void WhatIsAllowed_IsWhatABucketOfTokensAllows([Range(1, 10)] int seed)
    {
        var random = new Random(seed);
        var (perSecond, burst) = (random.Next(1, 2_000), random.Next(1, 200));
        var (rate, moment, now) = (new CellRate(perSecond, burst), long.MinValue, 50_000L);
        // In the algorithm's own grain of whole microseconds for a record.
        var (costUs, tokensUs, at) = (1_000_000L / perSecond, burst * (1_000_000L / perSecond), now);
        for (var i = 0; i < 5_000; i++)
        {
            now += random.Next(8) == 0 ? random.Next(300) : random.Next(3);
            tokensUs = Math.Min(burst * costUs, tokensUs + ((now - at) * 1_000));
            at = now;
            var records = random.Next(1, Math.Min(burst, 5) + 1);
            var isAllowed = tokensUs >= records * costUs;
            if (isAllowed) tokensUs -= records * costUs;
            Assert.That(rate.MaySend(moment, now, records, out var next, out var retryAfterMs), Is.EqualTo(isAllowed), $"seed {seed}, step {i}");
            Assert.That(retryAfterMs, isAllowed ? Is.Zero : Is.Positive);
            if (isAllowed) moment = next;
        }
    }

    [TestCase(0, 1)]
    [TestCase(1, 0)]
    [TestCase(1_000_001, 1)]
    public void ARateThatIsNone_IsRefused(int perSecond, int burst) => Assert.That(() => new CellRate(perSecond, burst), Throws.InstanceOf<ArgumentOutOfRangeException>());
}
