using HyphaMarket.Brokerage.Brokers;
using HyphaMarket.Brokerage.Tests.Support;
using HyphaMarket.Market.Ids;
using HyphaMarket.Market.Slots;

namespace HyphaMarket.Brokerage.Tests.Brokers;

[TestFixture]
internal sealed class ClockWatchTests
{
    private const long MaxAgeMs = 16_000;
    private readonly ParticipantId[] _peers = [.. Enumerable.Range(0, 5).Select(i => new TestSigner($"broker-{i}").Id)];

    [Test]
    public void TheMedianOfAllClocks_MineIncluded_IsWhatCounts()
    {
        var clocks = new ClockWatch(MaxAgeMs);
        Assert.That((clocks.Peers, clocks.MedianAheadMs()), Is.EqualTo((0, 0L)));
        Hear(clocks, 0, 1000, offsetMs: 5000);
        Assert.That(clocks.MedianAheadMs(), Is.Zero, "one against one");
        Hear(clocks, 1, 1000, offsetMs: 7000);
        Assert.That(clocks.MedianAheadMs(), Is.EqualTo(4990), "less what the round trip explains");
        Hear(clocks, 2, 1000, offsetMs: -7000);
        Hear(clocks, 3, 1000, offsetMs: -7000);
        Assert.That(clocks.MedianAheadMs(), Is.Zero);
    }

    [Test]
    public void WhatTheRoundTripExplains_IsNoSkew()
    {
        var clocks = new ClockWatch(MaxAgeMs);
        for (var peer = 0; peer < 3; peer++) Hear(clocks, peer, 1000, offsetMs: 300, roundTripMs: 600);
        Assert.That(clocks.MedianAheadMs(), Is.Zero);
        for (var peer = 0; peer < 3; peer++) Hear(clocks, peer, 3000, offsetMs: 300, roundTripMs: 100);
        Assert.That(clocks.MedianAheadMs(), Is.EqualTo(250), "the shortest round trip speaks");
    }

    [Test]
    public void ASample_IsForgottenWhenItIsOld()
    {
        var clocks = new ClockWatch(MaxAgeMs);
        Hear(clocks, 0, 1000);
        Hear(clocks, 1, 9000);
        clocks.OnTime(new Instant(1000 + MaxAgeMs));
        Assert.That(clocks.Peers, Is.EqualTo(2));
        clocks.OnTime(new Instant(1001 + MaxAgeMs));
        Assert.That(clocks.Peers, Is.EqualTo(1));
        clocks.OnTime(new Instant(9001 + MaxAgeMs));
        Assert.That(clocks.Peers, Is.Zero);
    }

    [Test]
    public void AClockThatIsSetByMuch_MakesAllSamplesVoid_WhicheverWay([Values(3_600_000, -3_600_000)] long step)
    {
        var clocks = new ClockWatch(MaxAgeMs);
        for (var peer = 0; peer < 5; peer++) Hear(clocks, peer, 4_000_000);
        clocks.OnTime(new Instant(4_000_000 + step));
        Assert.That(clocks.Peers, Is.Zero);
    }

    [Test]
    public void AClockThatIsSetByLittle_IsNoticedWithTheNextAnswer()
    {
        var clocks = new ClockWatch(MaxAgeMs);
        for (var i = 0; i < 8; i++) Hear(clocks, 0, 1000 + i, roundTripMs: 10);
        // Mine is put 3 s ahead: the old samples have shorter round trips, and would go on speaking.
        Hear(clocks, 0, 4100, offsetMs: -3000, roundTripMs: 80);
        Hear(clocks, 1, 4100, offsetMs: -3000, roundTripMs: 80);
        Assert.That(clocks.MedianAheadMs(), Is.EqualTo(-2960));
    }

    [Test]
    public void WildTimes_DoNotOverflow()
    {
        var clocks = new ClockWatch(MaxAgeMs);
        foreach (var wild in new[] { long.MaxValue, long.MinValue, 0 })
        {
            for (var peer = 0; peer < 5; peer++) clocks.OnAnswer(_peers[peer], new Instant(1000), new Instant(1010), wild);
            Assert.That(() => clocks.MedianAheadMs(), Throws.Nothing);
            Assert.That(Math.Abs(clocks.MedianAheadMs()), Is.GreaterThan(900));
        }
    }

    private void Hear(ClockWatch clocks, int peer, long atMs, long offsetMs = 0, long roundTripMs = 20) =>
        clocks.OnAnswer(_peers[peer], new Instant(atMs - roundTripMs), new Instant(atMs), atMs - (roundTripMs / 2) + offsetMs);
}
