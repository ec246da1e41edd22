using HyphaMarket.Simulation.Reservations;

namespace HyphaMarket.Simulation.Tests.Reservations;

/// <summary>What a coordinator can do: prices that make the truth cheapest, balancing (section 4.1), offsetting (section 4.2).</summary>
[TestFixture]
internal sealed class CoordinatorPolicyTests
{
    private static readonly StudyOptions Options = new() { Seed = 4 };
    private static readonly Availability Scarce = new(0.6);
    private static readonly Availability Plentiful = new(0.8);

    [SetUp]
    public void TellTheSeed() => TestContext.Out.WriteLine($"seed {Options.Seed}");

    [Test]
    public void TheTruth_IsCheapest_AndCostsWhatTheFormulaSays()
    {
        foreach (var row in TruthCheck.Run(new StudyContract(), Enumerable.Range(0, 11).Select(tenth => tenth / 10.0), Options.Seed))
        {
            Assert.That(row.Cheapest, Is.EqualTo(row.Use).Within(0.0021), row.ToString());
            // Both prices are rounded up to a micro-credit.
            Assert.That(row.CostOfTruth, Is.EqualTo(row.CostInTheory).Within(2e-6));
            Assert.That(row.CostOfLie, Is.EqualTo(0.005 * 1.5).Within(2e-6));
            Assert.That(row.CostSimulated, Is.EqualTo(row.CostInTheory).Within((5 * row.StandardError) + 2e-6));
        }
    }

    [Test]
    public void APlan_WinsThoseFarthestBeyondTheTarget_AndNoMoreThanNeeded()
    {
        var users = new Segment(1_000, 0.9);
        // (900 + 0.5 x) / (1,000 + x) = 0.8 at x = 333.3.
        Assert.That(HonestyBalancing.Plan(users, [new Segment(1_000, 0.5)], 0.8), Is.EqualTo([new Segment(333, 0.5)]));
        // 100 of 0.2 leave 920 / 1,100; then (920 + 0.6 x) / (1,100 + x) = 0.8 at x = 200.
        Assert.That(HonestyBalancing.Plan(users, [new Segment(500, 0.6), new Segment(50, 0.95), new Segment(100, 0.2)], 0.8), Is.EqualTo([new Segment(100, 0.2), new Segment(200, 0.6)]));
        Assert.That(HonestyBalancing.Plan(users, [new Segment(500, 0.85)], 0.8), Is.Empty);
        Assert.That(HonestyBalancing.Plan(new Segment(100, 0.5), [new Segment(500, 0.2), new Segment(20, 1)], 0.8), Is.EqualTo([new Segment(20, 1)]));
        Assert.That(HonestyBalancing.Plan(users, [new Segment(500, 0.2)], 0.9), Is.Empty);
    }

    [Test]
    public void Balancing_MovesHonestyToTheBest_AndRaisesTheProfit()
    {
        var rows = HonestyBalancing.Run(Options, new Segment(1_000, 0.93), [new Segment(1_000, 0.5)], Scarce, Plentiful, CancellationToken.None);
        Assert.That(rows.Select(row => row.BestHonesty), Is.EqualTo([14 / 15.0, 0.8, 0.8]).Within(1e-9));
        Assert.That(rows[2].Honesty, Is.EqualTo(0.8).Within(0.001));
        Assert.That(rows[2].ProfitPerUser, Is.GreaterThan(rows[1].ProfitPerUser * 2));
        Assert.That(rows[2].JoinerFee, Is.EqualTo(0.01 - ((rows[2].Profit - rows[1].Profit) / (rows[2].Users - 1_000))).Within(1e-9));
        foreach (var row in rows) Assert.That(row.ProfitPerUser, Is.EqualTo(row.ProfitInTheory!.Value).Within(5 * row.StandardError));
    }

    [Test]
    public void TheFee_ThatKeepsTheCoordinatorWhole_IsThePapers()
    {
        var rows = RiskOffsetting.Run(Options, 0.4, Plentiful, Scarce, CancellationToken.None);
        // By theory the two markets differ by (1.75 - 2) / 15 - 1.5 * 0.4 * 0.04 = 0.04067.
        Assert.That(rows[3].Fee, Is.EqualTo(0.05067).Within(0.001));
        Assert.That(rows[3].Profit, Is.EqualTo(rows[0].Profit).Within(5 * rows[3].StandardError));
        Assert.That(rows[4].Profit, Is.EqualTo(0).Within(5 * rows[4].StandardError));
        Assert.That(rows[1].Profit, Is.LessThan(rows[0].Profit - 0.03));
        foreach (var row in rows) Assert.That(row.Profit, Is.EqualTo(row.ProfitInTheory!.Value).Within(5 * row.StandardError));
    }

    [Test]
    public void WhereAvailabilityIsDrawnForAllAtOnce_TheorySaysNothing()
    {
        var rows = RiskOffsetting.Run(Options with { Draw = AvailabilityDraw.Sample, Users = 20 }, 0.4, Plentiful, Scarce, CancellationToken.None);
        Assert.That(rows.Select(row => row.ProfitInTheory), Is.All.Null);
    }
}
