using HyphaMarket.Market.Matching;
using HyphaMarket.Simulation.Economics.Brokers;

namespace HyphaMarket.Simulation.Tests.Economics.Brokers;

[TestFixture]
internal sealed class BrokerStudyTests
{
    private static readonly BrokerStudyOptions Small = new() { Rules = [ClearingRules.PairwiseMean], Sizes = [8], SlotsPerPeriod = [10], Losses = [0], Faulty = [0], Periods = 2, Seeds = 2 };

    [Test]
    public void QuietBrokers_GiveEachRulesTradersWhatTheBareRuleGives()
    {
        foreach (var row in BrokerStudy.Run(Small with { Rules = ClearingRules.All }, null, CancellationToken.None))
        {
            Assert.That(row.Trades, Is.GreaterThan(0), row.Rule);
            Assert.That(row.Lost.Mean, Is.EqualTo(0).Within(1e-9), row.Rule);
        }
    }

    [Test]
    public void AFaultyBrokerAndATenthOfTheMessagesLost_CostLessThanTwoPoints()
    {
        var row = BrokerStudy.Run(Small with { Losses = [0.1], Faulty = [1], Seeds = 3 }, null, CancellationToken.None).Single();
        Assert.That(row.Lost.Mean, Is.LessThan(0.02), "seeds 1 to 3");
    }

    [Test]
    public void WhereHalfOfTheMessagesAreLost_SurplusIs_AndTheSameSeedsLoseTheSame()
    {
        var lossy = Small with { Losses = [0.5], Seeds = 2 };
        var first = BrokerStudy.Run(lossy with { Parallel = 1 }, null, CancellationToken.None);
        Assert.That(first.Single().Lost.Mean, Is.GreaterThan(0.1));
        Assert.That(BrokerStudy.Run(lossy with { Parallel = 2 }, null, CancellationToken.None), Is.EqualTo(first));
    }

    [Test]
    public void OptionsThatCannotBeRun_AreRefused()
    {
        foreach (var wrong in (BrokerStudyOptions[])[Small with { Losses = [1] }, Small with { Losses = [double.NaN] }, Small with { Faulty = [2] }, Small with { Sizes = [101] }, Small with { SlotsPerPeriod = [151] }, Small with { Periods = 0 }, Small with { Seeds = 0 }, Small with { Rules = [] }])
        {
            Assert.That(wrong.Validate, Throws.InstanceOf<ArgumentException>(), wrong.ToString());
        }
    }
}
