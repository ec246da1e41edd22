using HyphaMarket.Cli.Devnet;
using HyphaMarket.Node.Api.Contracts;

namespace HyphaMarket.Cli.Tests.Devnet;

[TestFixture]
internal sealed class MatchTimesTests
{
    [Test]
    public void TimeOfAMatch_IsThatOfTheLaterOrder()
    {
        var times = new MatchTimes();
        times.Add(Matched("m", "bid", 900));
        times.Add(Matched("m", "ask", 300));
        Assert.That((times.Count, times.Percentile(0.5)), Is.EqualTo((1, 300)));
    }

    [Test]
    public void OrderThatMatchesAgain_DoesNotCount()
    {
        var times = new MatchTimes();
        times.Add(Matched("first", "bid", 900));
        times.Add(Matched("second", "bid", 5_000));
        times.Add(Matched("second", "ask", 4_000));
        Assert.That(times.Count, Is.Zero);
        Assert.That(times.ToString(), Is.EqualTo("no match of two fresh orders"));
    }

    [Test]
    public void Percentiles_AreThoseOfTheNearestRank()
    {
        var times = new MatchTimes();
        for (var i = 1; i <= 200; i++)
        {
            times.Add(Matched($"m{i}", $"bid{i}", i));
            times.Add(Matched($"m{i}", $"ask{i}", 1_000));
        }

        Assert.That(times.ToString(), Is.EqualTo("time to match p50 100 ms, p99 198 ms of 200"));
    }

    private static NodeEvent Matched(string match, string order, long elapsed) =>
        new() { Event = NodeEventKind.Matched, At = DateTimeOffset.UnixEpoch, Match = match, Order = order, ElapsedMs = elapsed };
}
