using HyphaMarket.Simulation.Dht;

namespace HyphaMarket.Simulation.Tests.Dht;

[TestFixture]
internal sealed class DhtRunTests
{
    private static readonly DhtOptions Small = new() { Nodes = 120, Markets = 10, LookupsPerMarket = 5, Records = 40, RefreshMinutes = 30 };

    [Test]
    public void InAQuietNetwork_LookupsFindTheNearest_AndEveryRecord()
    {
        var row = DhtRun.Run(Small with { Hours = 0 }, progress: null, CancellationToken.None).Single();
        Assert.That(row.AgreeingLookups, Is.EqualTo(1));
        Assert.That(row.TrueLookups, Is.EqualTo(1));
        Assert.That(row.RecordsLost, Is.Zero);
        Assert.That(row.BrokersPerMarket, Is.EqualTo(11), "the root of 120, rounded up");
    }

    [Test]
    public void UnderChurn_AQuorumIsStillFound_AndWhatNobodyHoldsIsLost()
    {
        var rows = DhtRun.Run(Small with { ChurnPerHour = 0.9, Hours = 2 }, progress: null, CancellationToken.None);
        Assert.That(rows.Select(row => row.Hours), Is.EqualTo([0, 1, 2]));
        Assert.That(rows.Select(row => row.Left), Is.EqualTo([0, 108, 216]));
        Assert.That(rows[^1].QuorumLookups, Is.GreaterThan(0.9));
        Assert.That(rows[^1].RecordsLost, Is.GreaterThanOrEqualTo(rows[^1].RecordsGone).And.LessThan(rows[^1].Records));
    }

    [Test]
    public void TheSameSeed_GivesTheSameRows()
    {
        var options = Small with { Hours = 1 };
        var first = DhtRun.Run(options, progress: null, CancellationToken.None);
        Assert.That(DhtRun.Run(options, progress: null, CancellationToken.None), Is.EqualTo(first));
    }
}
