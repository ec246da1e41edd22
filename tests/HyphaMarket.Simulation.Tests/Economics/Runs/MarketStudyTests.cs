using HyphaMarket.Market.Matching;
using HyphaMarket.Simulation.Economics.Pictures;
using HyphaMarket.Simulation.Economics.Populations;
using HyphaMarket.Simulation.Economics.Runs;
using HyphaMarket.Simulation.Economics.Strategies;

namespace HyphaMarket.Simulation.Tests.Economics.Runs;

[TestFixture]
internal sealed class MarketStudyTests
{
    private static readonly MarketStudyOptions Small = new()
    {
        Sizes = [3, 8], Strategies = [StrategyName.ZeroIntelligence, StrategyName.ZeroIntelligencePlus, StrategyName.BestResponse], Demands = [DemandCourse.Static, DemandCourse.Shocked], VoidShares = [0, 0.1], Slots = 40, SlotsPerPeriod = [10], Seeds = 3,
    };

    [Test]
    public void TheSameSeeds_GiveTheSameRowsAndPictures_OnOneCoreAndOnMany()
    {
        var one = MarketStudy.Run(Small with { Parallel = 1 }, null, CancellationToken.None);
        var many = MarketStudy.Run(Small with { Parallel = 4 }, null, CancellationToken.None);
        Assert.That(many.Select(Plain), Is.EqualTo(one.Select(Plain)));
        Assert.That(MarketPictures.Of(many), Is.EqualTo(MarketPictures.Of(one)));
        Assert.That(MarketStudy.Run(Small with { FirstSeed = 2 }, null, CancellationToken.None).Select(Plain), Is.Not.EqualTo(one.Select(Plain)));
    }

    [Test]
    public void Pictures_ShowPricePathsAndEfficiencyOfEachRule()
    {
        var pictures = MarketPictures.Of(MarketStudy.Run(Small, null, CancellationToken.None));
        Assert.That(pictures.Select(picture => picture.Name), Is.EquivalentTo(ClearingRules.All.SelectMany(rule => new[] { $"prices-{rule.Name}-static", $"prices-{rule.Name}-shocked", $"efficiency-{rule.Name}" })));
        Assert.That(pictures.Select(picture => picture.Svg), Has.All.StartsWith("<svg").And.All.Contains("zip"));
    }

    [Test]
    public void Progress_EndsAtOne()
    {
        var told = new List<double>();
        MarketStudy.Run(Small with { Parallel = 1, Demands = [DemandCourse.Static] }, told.Add, CancellationToken.None);
        Assert.That(told, Is.Ordered);
        Assert.That(told[^1], Is.EqualTo(1));
    }

    [Test]
    public void ARunThatIsStopped_Ends()
    {
        using var stop = new CancellationTokenSource();
        stop.Cancel();
        Assert.That(() => MarketStudy.Run(Small, null, stop.Token), Throws.InstanceOf<OperationCanceledException>());
    }

    [Test]
    public void OptionsThatCannotBeRun_AreRefused()
    {
        foreach (var wrong in (MarketStudyOptions[])[Small with { Rules = [] }, Small with { Seeds = 0 }, Small with { Sizes = [0] }, Small with { BookDepths = [1] }, Small with { VoidShares = [1] }, Small with { SlotsPerPeriod = [41] }, Small with { Sizes = [.. Enumerable.Range(1, 2_000)] }])
        {
            Assert.That(wrong.Validate, Throws.InstanceOf<ArgumentException>(), wrong.ToString());
        }
    }

    private static readonly PricePath NoPath = new([], []);

    private static MarketRow Plain(MarketRow row) => row with { Path = NoPath };
}
