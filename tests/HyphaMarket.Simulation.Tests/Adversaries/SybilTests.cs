using HyphaMarket.Simulation.Adversaries;
using HyphaMarket.Simulation.Nodes;
using HyphaMarket.Simulation.Scenarios;

namespace HyphaMarket.Simulation.Tests.Adversaries;

/// <summary>Ids ground near a market's key: what keeps them out of its broker set, and what does not. Seen for two minutes, dead after one, a term of fifteen.</summary>
[TestFixture]
internal sealed class SybilTests
{
    [Test]
    public void BeforeSomebodyDiesOrATermEnds_TheyGetNoPlace_HoweverNearTheyAre()
    {
        var market = Scenario.Begin(spares: 2);
        var sybils = Sybils.Join(market.Market, 12, networks: 12);
        market.For(slots: 300);
        Assert.That(market.Market.LatestSet!.Epoch, Is.EqualTo(0));
        Assert.That(sybils.Select(sybil => sybil.KnownSet!.Id), Is.All.EqualTo(market.Market.LatestSet.Id), "they know the set, and are not in it");
        End(market);
    }

    [Test]
    public void ThoseOfOneNetwork_GetOnePlaceOfTwo_ThatFallVacant()
    {
        var market = Scenario.Begin(spares: 2);
        var sybils = Sybils.Join(market.Market, 12, networks: 1);
        LoseTwo(market);
        Assert.That(Places(market, sybils), Is.LessThanOrEqualTo(1));
        End(market);
    }

    [Test]
    public void ThoseOfAsManyNetworks_GetWhatFallsVacant_WhichNothingHerePrevents()
    {
        var market = Scenario.Begin(spares: 2);
        var sybils = Sybils.Join(market.Market, 12, networks: 12);
        LoseTwo(market);
        Assert.That(Places(market, sybils), Is.EqualTo(2), "the nearest that were seen for long enough");
        End(market);
    }

    [Test]
    public void ThoseThatCameAMomentAgo_AreNotTaken_ThoughAPlaceIsEmpty()
    {
        var market = Scenario.Begin(spares: 2);
        market.For(slots: 70);
        var dead = Members(market)[0];
        dead.DieForGood();
        // The dead are noticed after 30 slots; by then nobody has seen these for two minutes.
        var sybils = Sybils.Join(market.Market, 12, networks: 12);
        Assert.That(market.Until(() => market.Market.LatestSet!.IndexOf(dead.Id) < 0, slots: 60));
        Assert.That(Places(market, sybils), Is.Zero);
        End(market);
    }

    /// <summary>When all newcomers have been seen for long enough, two members die for good, the second when the first is replaced.</summary>
    private static void LoseTwo(Scenario market)
    {
        market.For(slots: 100);
        foreach (var dead in Members(market).Take(2).ToArray())
        {
            dead.DieForGood();
            Assert.That(market.Until(() => market.Market.LatestSet!.IndexOf(dead.Id) < 0, slots: 200), $"{dead.Name} is replaced");
            market.For(slots: 40);
        }
    }

    private static BrokerNode[] Members(Scenario market) => [.. market.Market.Brokers.Where(broker => market.Market.LatestSet!.IndexOf(broker.Id) >= 0)];

    private static int Places(Scenario market, IEnumerable<BrokerNode> sybils) => sybils.Count(sybil => market.Market.LatestSet!.IndexOf(sybil.Id) >= 0);

    private static void End(Scenario market)
    {
        market.Market.Observe.AtTheEnd();
        Assert.That(market.Violations.Select(violation => $"{violation.Invariant}: {violation.Detail}"), Is.Empty);
    }
}
