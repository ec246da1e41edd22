using System.Globalization;
using System.Xml.Linq;
using HyphaMarket.Simulation.Charts;
using HyphaMarket.Simulation.Reservations;

namespace HyphaMarket.Simulation.Tests.Reservations;

[TestFixture]
internal sealed class ReservationStudyTests
{
    private const string SeedVariable = "HYPHAMARKET_TEST_SEED";

    private static readonly StudyOptions Small = new() { Users = 102, Samples = 10, Time = 2_000, Peaks = [1, 0.45, 0] };

    [Test]
    public void OneRowOfTable1_OfThePapersSize_AgreesWithIt()
    {
        // The seed chooses the row, too: other seeds see others.
        var seed = int.TryParse(Environment.GetEnvironmentVariable(SeedVariable), CultureInfo.InvariantCulture, out var given) && given >= 0 ? given : 2;
        TestContext.Out.WriteLine($"seed {seed}; replay: {SeedVariable}={seed} dotnet test tests/HyphaMarket.Simulation.Tests -c Release --filter {TestContext.CurrentContext.Test.MethodName}");
        var published = PublishedRow.Table[seed % PublishedRow.Table.Count];
        var row = ReservationStudy.Run(new StudyOptions { Seed = seed, Peaks = [published.Peak] }, CancellationToken.None).Single().Row;
        TestContext.Out.WriteLine(row);
        Assert.That(row.Simulated.HasValue, Is.EqualTo(published.Simulated.HasValue));
        if (published.Simulated is { } simulated) Assert.That(row.Simulated, Is.EqualTo(simulated).Within(0.04));
        Assert.That(row.Calculated, Is.EqualTo(published.Calculated).Within(0.04));
        Assert.That(row.Agrees, Is.True);
    }

    [Test]
    public void TheSameSeed_GivesTheSameRounds_OnAnyNumberOfThreads_AloneAndBesideOthers()
    {
        TestContext.Out.WriteLine($"seed {Small.Seed}");
        var one = ReservationStudy.Run(Small with { Parallel = 1 }, CancellationToken.None);
        var many = ReservationStudy.Run(Small with { Parallel = 3 }, CancellationToken.None);
        var alone = ReservationStudy.Run(Small with { Peaks = [0.45] }, CancellationToken.None).Single();
        Assert.That(many.Select(history => history.Row), Is.EqualTo(one.Select(history => history.Row)));
        for (var i = 0; i < one.Count; i++) Assert.That(many[i].Rounds, Is.EqualTo(one[i].Rounds));
        Assert.That(alone.Rounds, Is.EqualTo(one[1].Rounds));
        Assert.That(ReservationStudy.Run(Small with { Seed = 2 }, CancellationToken.None)[0].Rounds, Is.Not.EqualTo(one[0].Rounds));
    }

    [Test]
    public void Users_LearnToBeHonest_WhereTheTruthPays()
    {
        TestContext.Out.WriteLine($"seed {Small.Seed}");
        // At A_p = 0 the cheapest honesty is 1, at A_p = 1 it is 0.75; both begin around 0.5.
        var rows = ReservationStudy.Run(Small with { Samples = 100, Time = 4_000 }, CancellationToken.None).Select(history => history.Row).ToList();
        Assert.That(rows[0].LastHonesty, Is.InRange(0.65, 0.82));
        Assert.That(rows[2].LastHonesty, Is.GreaterThan(0.82));
    }

    [Test]
    public void Progress_EndsWhereAllIsDone_AndAStopIsHeard()
    {
        var reports = new System.Collections.Concurrent.ConcurrentBag<(long Done, long All)>();
        ReservationStudy.Run(Small with { Progress = (done, all) => reports.Add((done, all)) }, CancellationToken.None);
        Assert.That(reports.Select(report => report.All), Is.All.EqualTo(3_000));
        Assert.That(reports.Max(report => report.Done), Is.EqualTo(3_000));
        using var stop = new CancellationTokenSource();
        stop.Cancel();
        Assert.That(() => ReservationStudy.Run(Small, stop.Token), Throws.InstanceOf<OperationCanceledException>());
    }

    [Test]
    public void PeaksThatThePaperDoesNotHave_ArePublishedNowhere()
    {
        var row = ReservationStudy.Run(Small with { Peaks = [0.45] }, CancellationToken.None).Single().Row;
        Assert.That((row.PublishedSimulated, row.PublishedCalculated, row.Agrees), Is.EqualTo(((double?)null, (double?)null, (bool?)null)));
    }

    [Test]
    public void ImpossibleNumbers_AreRefused_WithASentence()
    {
        Refused(Small with { Peaks = [1.1] }, "from 0 to 1");
        Refused(Small with { Peaks = [] }, "1 to 100 markets");
        Refused(Small with { Users = 1 }, "users");
        Refused(Small with { Samples = 0 }, "samples");
        Refused(Small with { Users = 1_000_000, Samples = 2_000 }, "1,000,000,000");
        Refused(Small with { Time = 1 }, "time");
        Refused(Small with { Time = 2_000_000, Peaks = [.. Enumerable.Repeat(0.5, 11)] }, "10,000,000 rounds");
        Refused(Small with { Parallel = 0 }, "at a time");
        Refused(Small with { Contract = new StudyContract(Slope: 3) }, "k is more than 0 and at most 2");
        Refused(Small with { Contract = new StudyContract(LaterPrice: 1.5) }, "nobody would hold");
        Refused(Small with { Contract = new StudyContract(Fee: double.NaN) }, "numbers up to 1,000");
    }

    [Test]
    public void Figures_ShowEachMarket_AndTheFeeThatOffsets()
    {
        var options = Small with { Users = 200 };
        var pictures = ReservationPictures.Draw(options, ReservationStudy.Run(options, CancellationToken.None), CancellationToken.None);
        Assert.That(pictures.Select(picture => picture.Name), Is.EqualTo(["figure-1", "figure-2", "figure-3"]));
        foreach (var (_, chart) in pictures)
        {
            var texts = XDocument.Parse(SvgChart.Write(chart)).Descendants().Select(element => element.Value).ToList();
            Assert.That(texts, Does.Contain(chart.Title));
            Assert.That(texts, Is.SupersetOf(chart.Series.Select(series => series.Name)));
        }

        Assert.That(pictures[0].Chart.Series.Select(series => series.Name), Is.EqualTo(["A_p 1", "A_p 0.45", "A_p 0"]));
        // Each unit of honesty reserves half a unit more for each user, whatever the market.
        foreach (var line in pictures[1].Chart.Series) Assert.That((line.Points[1].Y - line.Points[0].Y) / (line.Points[1].X - line.Points[0].X), Is.EqualTo(0.5).Within(0.1));
    }

    private static void Refused(StudyOptions options, string because) => Assert.That(() => ReservationStudy.Run(options, CancellationToken.None), Throws.ArgumentException.With.Message.Contains(because));
}
