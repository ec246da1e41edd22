using HyphaMarket.Market.Matching;
using HyphaMarket.Simulation.Economics.Games;
using HyphaMarket.Simulation.Economics.Strategies;

namespace HyphaMarket.Simulation.Tests.Economics.Games;

[TestFixture]
internal sealed class PayoffTableTests
{
    [Test]
    public void Table_HasAllMixesOfTheOthers() => Assert.That(PayoffTable.Of(3, (_, _) => 0).Mixes.Select(mix => mix.Sum()), Is.EqualTo(Enumerable.Repeat(PayoffTable.Groups, 21)));

    [Test]
    public void DominantStrategy_TakesAll()
    {
        var table = PayoffTable.Of(3, (strategy, _) => strategy == 1 ? 2 : 1);
        Assert.That(ReplicatorDynamics.Run(table, [0.4, 0.2, 0.4]).Mix[1], Is.EqualTo(1).Within(1e-6));
        Assert.That(IteratedBestResponse.Run(table, 0).Way, Is.EqualTo([0, 1]));
        Assert.That(IteratedBestResponse.Run(table, 0).Rests, Is.True);
    }

    [Test]
    public void HawksAndDoves_RestWhereBothPayTheSame()
    {
        // Against a share h of hawks a hawk gets 2 (1 - h) and a dove 1: they pay the same at h = 1/2. Pure answers go round.
        var table = PayoffTable.Of(2, (strategy, mix) => strategy == 0 ? 2 * (1 - (mix[0] / (double)PayoffTable.Groups)) : 1);
        var (mix, rests) = ReplicatorDynamics.Run(table, [0.9, 0.1]);
        Assert.That(rests, Is.True);
        Assert.That(mix[0], Is.EqualTo(0.5).Within(1e-4));
        Assert.That(IteratedBestResponse.Run(table, 0), Is.EqualTo((new[] { 0, 1 }, false)).Using<(IReadOnlyList<int> Way, bool Rests)>((a, b) => a.Way.SequenceEqual(b.Way) && a.Rests == b.Rests));
    }

    [Test]
    public void RockPaperScissors_DoesNotRest_FromACorner()
    {
        // What beats the others is paid 2, what is beaten 0, so the mix circles outwards.
        var table = PayoffTable.Of(3, (strategy, mix) => (mix[strategy] + (2 * mix[(strategy + 2) % 3])) / (double)PayoffTable.Groups);
        Assert.That(IteratedBestResponse.Run(table, 0).Rests, Is.False);
        Assert.That(ReplicatorDynamics.Run(table, [0.5, 0.3, 0.2]).Rests, Is.False);
    }

    [Test]
    public void TheGameOfMcAfee_StaysTruthful_AndThatOfPairwiseMeanDoesNot()
    {
        var rows = GameStudy.Run(new GameOptions { Rules = [ClearingRules.PairwiseMean, ClearingRules.McAfee], Strategies = [StrategyName.Truthful, StrategyName.Shade(10)], Sizes = [10], Slots = 1, Seeds = 200 }, null, CancellationToken.None);
        Assert.That(rows[0].BestResponses, Is.EqualTo(["truthful", "shade:10"]));
        Assert.That(rows[1].BestResponses, Is.EqualTo(["truthful"]));
        Assert.That(rows[1].Mix.Keys, Is.EqualTo(["truthful"]));
        Assert.That(rows[0].Efficiency.Mean, Is.LessThan(1).And.GreaterThan(0.9));
    }

    [Test]
    public void OptionsThatCannotBeRun_AreRefused()
    {
        var usual = new GameOptions();
        foreach (var wrong in (GameOptions[])[usual with { Strategies = [] }, usual with { Sizes = [5] }, usual with { Strategies = [StrategyName.Truthful, StrategyName.Shade(0)] }, usual with { Seeds = 0 }, usual with { Strategies = [.. Enumerable.Range(1, 9).Select(percent => StrategyName.Shade(percent))] }])
        {
            Assert.That(wrong.Validate, Throws.InstanceOf<ArgumentException>(), wrong.ToString());
        }
    }
}
