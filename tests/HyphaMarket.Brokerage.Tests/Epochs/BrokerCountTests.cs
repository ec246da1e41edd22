using HyphaMarket.Brokerage.Epochs;

namespace HyphaMarket.Brokerage.Tests.Epochs;

/// <summary>n = min(servers, clamp(ceil(sqrt(N)), floor, cap)), and what n brokers withstand.</summary>
[TestFixture]
internal sealed class BrokerCountTests
{
    [TestCase(1, 1, 1)]
    [TestCase(3, 3, 3)]
    [TestCase(20, 5, 5)]
    [TestCase(20, 25, 5)]
    [TestCase(20, 26, 6)]
    [TestCase(20, 36, 6)]
    [TestCase(20, 37, 7)]
    [TestCase(20, 1_000_000, 20)]
    [TestCase(100, 961, 31)]
    [TestCase(100, long.MaxValue, 31)]
    [TestCase(100, 0, 5)]
    [TestCase(100, -1, 5)]
    public void Brokers_GrowWithTheSquareRoot_BetweenFloorAndCap(int servers, long size, int brokers) => Assert.That(BrokerCount.Of(servers, size, 5, 31), Is.EqualTo(brokers));

    [TestCase(1, 1, 1)]
    [TestCase(2, 2, 1)]
    [TestCase(3, 3, 1)]
    [TestCase(4, 3, 2)]
    [TestCase(5, 4, 2)]
    [TestCase(7, 5, 3)]
    [TestCase(31, 21, 11)]
    public void AQuorum_IsAllButTheFaulty(int brokers, int votes, int oneHonest) =>
        Assert.That((new Quorum(brokers).Votes, new Quorum(brokers).OneHonest), Is.EqualTo((votes, oneHonest)));

    [Test]
    public void TwoQuorums_ShareAnHonestBroker_WhileTheMaliciousAreWithinTheBound([Range(1, 31)] int brokers)
    {
        var quorum = new Quorum(brokers);
        Assert.That((2 * quorum.Votes) - brokers, Is.GreaterThan(quorum.Faulty));
    }
}
