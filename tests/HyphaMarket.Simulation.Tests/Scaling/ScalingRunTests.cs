using HyphaMarket.Simulation.Scaling;

namespace HyphaMarket.Simulation.Tests.Scaling;

[TestFixture]
internal sealed class ScalingRunTests
{
    private static readonly ScalingOptions Small = new() { Traders = 12, Brokers = [4, 7], StandingOffers = [0, 100], Before = TimeSpan.FromMinutes(1), Counted = TimeSpan.FromMinutes(1) };

    [Test]
    public void MoreBrokers_SendMoreMessages_AndStandingOffersAreKeptByAll()
    {
        var rows = ScalingRun.Run(Small, CancellationToken.None);
        Assert.That(rows.Select(row => (row.Brokers, row.StandingOffers)), Is.EqualTo([(4, 0), (7, 0), (5, 0), (5, 100)]));
        Assert.That(rows[1].MessagesPerSlot, Is.GreaterThan(rows[0].MessagesPerSlot));
        Assert.That(rows[3].Offers, Is.GreaterThanOrEqualTo(100).And.GreaterThan(rows[2].Offers));
        Assert.That(rows.Select(row => row.Slots), Is.All.EqualTo(15));
        Assert.That(rows.Select(row => row.Certified), Is.All.GreaterThan(0));
    }

    [Test]
    public void TheSameSeed_GivesTheSameRows()
    {
        var first = ScalingRun.Run(Small, CancellationToken.None);
        Assert.That(ScalingRun.Run(Small, CancellationToken.None), Is.EqualTo(first));
    }
}
