using HyphaMarket.Market.Matching;
using HyphaMarket.Simulation.Economics.Populations;
using HyphaMarket.Simulation.Economics.Runs;
using HyphaMarket.Simulation.Economics.Strategies;

namespace HyphaMarket.Simulation.Tests.Economics.Runs;

[TestFixture]
internal sealed class TradingRunTests
{
    private static MarketSetting Setting(IClearingRule rule, string strategy, int traders = 20, DemandCourse demand = DemandCourse.Static)
    {
        Assert.That(StrategyName.TryParse(strategy, out var name, out var problem), Is.True, problem);
        return new MarketSetting { Rule = rule, Strategy = name!, Population = new PopulationOptions { Buyers = traders, Sellers = traders, Demand = demand }, Slots = 60, SlotsPerPeriod = 10 };
    }

    [Test]
    public void NoMarket_GainsMoreThanIsPossible_AndNobodyLoses(
        [Values("truthful", "zi-c", "zip", "best-response", "shade:30")] string strategy, [Values] DemandCourse demand, [Values(3, 17)] int traders)
    {
        foreach (var rule in ClearingRules.All)
        {
            for (var seed = 1; seed <= 4; seed++)
            {
                var outcome = TradingRun.Run(Setting(rule, strategy, traders, demand), seed);
                var tally = outcome.Tally;
                Assert.That(tally.BuyersGain + tally.SellersGain + tally.NobodysGain, Is.InRange(0, tally.PossibleSurplus), $"{rule.Name}, seed {seed}");
                Assert.That(outcome.Gains, Has.All.GreaterThanOrEqualTo(0), $"{rule.Name}, seed {seed}");
                Assert.That(outcome.Gains.Sum(), Is.EqualTo(tally.BuyersGain + tally.SellersGain), "what traders gain is what both sides gain");
                if (rule != ClearingRules.McAfee) Assert.That(tally.NobodysGain, Is.Zero);
            }
        }
    }

    [Test]
    public void TruthfulTraders_GainEverything_UnderPairwiseMeanAndUniform([Values("pairwise-mean", "uniform")] string rule, [Values] DemandCourse demand)
    {
        for (var seed = 1; seed <= 10; seed++) Assert.That(TradingRun.Run(Setting(ClearingRules.Find(rule)!, "truthful", 30, demand), seed).Tally.Efficiency, Is.EqualTo(1.0), $"seed {seed}");
    }

    [Test]
    public void TruthfulTraders_LoseOneTradeAtMost_UnderMcAfee([Values] DemandCourse demand)
    {
        for (var seed = 1; seed <= 10; seed++)
        {
            var tally = TradingRun.Run(Setting(ClearingRules.McAfee, "truthful", 30, demand), seed).Tally;
            Assert.That(tally.Efficiency, Is.GreaterThanOrEqualTo(tally.OneTradeLess!.Value), $"seed {seed}");
        }
    }

    [Test]
    public void ThickMarketsOfZeroIntelligence_Gain97Percent() =>
        Assert.That(Enumerable.Range(1, 5).Select(seed => TradingRun.Run(Setting(ClearingRules.PairwiseMean, "zi-c", 300) with { SlotsPerPeriod = 20 }, seed).Tally.Efficiency), Has.All.GreaterThanOrEqualTo(0.97));

    [Test]
    public void Zip_ComesNearerToTheEquilibriumPrice_ThanZeroIntelligence()
    {
        double Alpha(string strategy) => Enumerable.Range(1, 5).Average(seed => TradingRun.Run(Setting(ClearingRules.PairwiseMean, strategy, 50) with { Slots = 200 }, seed).Late.Alpha!.Value);
        Assert.That(Alpha("zip"), Is.LessThan(Alpha("zi-c") / 2));
    }

    [Test]
    public void BestResponders_ShadeUnderPairwiseMean_AndTellTheTruthUnderMcAfee()
    {
        var truthful = TradingRun.Run(Setting(ClearingRules.McAfee, "truthful") with { SlotsPerPeriod = 1 }, 3);
        Assert.That(TradingRun.Run(Setting(ClearingRules.McAfee, "best-response") with { SlotsPerPeriod = 1 }, 3).Gains, Is.EqualTo(truthful.Gains));
        truthful = TradingRun.Run(Setting(ClearingRules.PairwiseMean, "truthful") with { SlotsPerPeriod = 1 }, 3);
        Assert.That(TradingRun.Run(Setting(ClearingRules.PairwiseMean, "best-response") with { SlotsPerPeriod = 1 }, 3).Gains, Is.Not.EqualTo(truthful.Gains));
    }

    [Test]
    public void VoidSlots_AndShallowBooks_LoseNothingForEver_WhileThereIsTime()
    {
        var plain = Setting(ClearingRules.PairwiseMean, "truthful");
        Assert.That(TradingRun.Run(plain with { BookDepth = 4 }, 1).Tally.Efficiency, Is.EqualTo(1.0), "the best two of each side trade in each of ten slots");
        Assert.That(TradingRun.Run(plain with { BookDepth = 4, SlotsPerPeriod = 1 }, 1).Tally.Efficiency, Is.LessThan(0.6), "in one slot only they do");
        var (patient, hasty) = (TradingRun.Run(plain with { VoidShare = 0.2 }, 1).Tally, TradingRun.Run(plain with { VoidShare = 0.2, SlotsPerPeriod = 1 }, 1).Tally);
        Assert.That(patient.Efficiency, Is.EqualTo(1.0));
        Assert.That(hasty.Efficiency, Is.EqualTo(0.8).Within(0.15));
    }

    [Test]
    public void PricePath_HasASlotForEach()
    {
        var path = TradingRun.Run(Setting(ClearingRules.Uniform, "truthful"), 1).Path;
        Assert.That((path.Prices.Count, path.Equilibrium.Count), Is.EqualTo((60, 60)));
        // All trade at once, at the equilibrium price; then nothing is left until the next period.
        Assert.That(path.Prices[0], Is.EqualTo(path.Equilibrium[0]).Within(1));
        Assert.That(path.Prices[1], Is.Null);
        Assert.That(path.Prices[10], Is.EqualTo(path.Prices[0]));
    }
}
