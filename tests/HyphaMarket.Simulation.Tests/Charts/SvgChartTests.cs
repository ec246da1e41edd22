using System.Globalization;
using System.Xml.Linq;
using HyphaMarket.Simulation.Charts;

namespace HyphaMarket.Simulation.Tests.Charts;

[TestFixture]
internal sealed class SvgChartTests
{
    private static readonly Chart Everything = new("Profit & loss <by> \"honesty\"", new ChartAxis("honesty"), new ChartAxis("profit"),
    [
        new ChartSeries("line", [new(0, -3, -4, -2), new(0.5, 1, 0, 2), new(1, 4, 3, 5)]),
        new ChartSeries("calculated", [new(0, -3), new(1, 4)]) { IsDashed = true, Colour = 0 },
        new ChartSeries("dots", [.. Enumerable.Range(0, 300).Select(i => new ChartPoint(i / 300.0, i % 7))], ChartMark.Dots),
        new ChartSeries("both", [new(0.2, 2), new(0.8, 3)], ChartMark.LineAndDots),
        new ChartSeries("", [new(0.4, 0), new(0.4, 4)]),
    ]);

    private static readonly Chart Bars = new("t", new ChartAxis("rule") { Categories = ["uniform", "mcafee"] }, new ChartAxis("gain"),
    [
        new ChartSeries("thin", [new(0, 4, 3, 5), new(1, -1, -2, 0)], ChartMark.Bars),
        new ChartSeries("thick", [new(0, 2, 1, 3), new(1, 0.5, 0, 1)], ChartMark.Bars),
    ]);

    [Test]
    public void AnyChart_IsWellFormed_WithItsTextsAsTheyAre()
    {
        var texts = Texts(Everything);
        Assert.That(texts, Does.Contain("Profit & loss <by> \"honesty\""));
        Assert.That(texts, Is.SupersetOf((string[])["honesty", "profit", "line", "calculated", "dots", "both"]));
        Assert.That(Marks(Everything, "line").Count(mark => mark.Attribute("class")!.Value.Contains("dashed", StringComparison.Ordinal)), Is.EqualTo(2), "the line and its swatch");
    }

    [Test]
    public void TheSameChart_GivesTheSameBytes_InAnyCulture()
    {
        var first = SvgChart.Write(Everything);
        var before = CultureInfo.CurrentCulture;
        try
        {
            var comma = (CultureInfo)CultureInfo.InvariantCulture.Clone();
            comma.NumberFormat.NumberDecimalSeparator = ",";
            comma.NumberFormat.NegativeSign = "~";
            CultureInfo.CurrentCulture = comma;
            Assert.That(SvgChart.Write(Everything), Is.EqualTo(first));
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }

    [TestCase(ChartPalette.Distinct)]
    [TestCase(ChartPalette.Ordered)]
    public void EveryColour_HasALightAndADarkForm(ChartPalette palette)
    {
        var style = Parse(Everything with { Palette = palette }).Descendants().Single(element => element.Name.LocalName == "style").Value;
        var parts = style.Split("@media (prefers-color-scheme: dark)");
        Assert.That(parts, Has.Length.EqualTo(2));
        for (var i = 0; i < 5; i++) Assert.That(parts, Is.All.Contains($".s{i} "));
        Assert.That(style.Count(letter => letter == '{'), Is.EqualTo(style.Count(letter => letter == '}')));
    }

    [Test]
    public void ALine_GoesFromCornerToCorner_WhereItsAxesEnd()
    {
        var chart = new Chart("t", new ChartAxis("x"), new ChartAxis("y"), [new ChartSeries("only", [new(0, 0), new(10, 10)])]);
        var frame = Marks(chart, "frame").Single();
        var line = Marks(chart, "line").Single();
        Assert.That(line.Attribute("d")!.Value, Is.EqualTo($"M0 {frame.Attribute("height")!.Value}L{frame.Attribute("width")!.Value} 0"));
        Assert.That(Texts(chart), Does.Not.Contain("only"), "one series needs no legend");
    }

    [Test]
    public void Intervals_AreABandAroundALine_AndWhiskersAtBars()
    {
        Assert.That(Marks(Everything, "band"), Has.Exactly(1).Items);
        Assert.That(Marks(Bars, "bar"), Has.Exactly(4 + 2).Items, "four bars, two swatches");
        Assert.That(Marks(Bars, "whisker"), Has.Exactly(2).Items);
        Assert.That(Texts(Bars), Is.SupersetOf((string[])["uniform", "mcafee"]));
        // Bars of one category stand beside each other, on the zero line.
        var boxes = Marks(Bars, "bar").Take(4).Select(bar => (Left: Number(bar, "x"), Right: Number(bar, "x") + Number(bar, "width"), Top: Number(bar, "y"), Bottom: Number(bar, "y") + Number(bar, "height"))).ToArray();
        Assert.That(boxes[0].Right, Is.EqualTo(boxes[2].Left).Within(0.21));
        Assert.That(boxes[0].Bottom, Is.EqualTo(boxes[1].Top).Within(0.21));
    }

    [Test]
    public void WhatCannotBeDrawn_IsRefused_WithASentence()
    {
        var good = new ChartSeries("s", [new(1, 1)]);
        Chart With(params ChartSeries[] series) => new("t", new ChartAxis("x"), new ChartAxis("y"), series);
        Refused(With(), "1 to 16 series");
        Refused(With(good with { Points = [] }), "no points");
        Refused(With(good with { Points = [new(double.NaN, 1)] }), "not a number");
        Refused(With(good with { Points = [new(1, 1, 0)] }), "one end");
        Refused(With(good) with { X = new ChartAxis("x") { From = 2, To = 1 } }, "not below its end");
        Refused(With(good with { Points = [new(0, 1)] }) with { X = new ChartAxis("x") { IsLogarithmic = true } }, "logarithmic");
        Refused(With(good with { Mark = ChartMark.Bars }) with { Y = new ChartAxis("y") { IsLogarithmic = true } }, "Bars begin at zero");
        Refused(With(good) with { X = new ChartAxis("x") { Categories = ["a"] } }, "no category 1");
        Refused(With(good) with { Title = new string('t', 200) }, "at most 120 letters");
        Refused(With(good) with { Width = 10 }, "pixels");
    }

    private static void Refused(Chart chart, string because) => Assert.That(() => SvgChart.Write(chart), Throws.ArgumentException.With.Message.Contains(because));

    private static XDocument Parse(Chart chart) => XDocument.Parse(SvgChart.Write(chart));

    [Test, Explicit("Writes pictures to look at into the directory that the run works in.")]
    public void Pictures_ToLookAt()
    {
        File.WriteAllText("everything.svg", SvgChart.Write(Everything));
        File.WriteAllText("bars.svg", SvgChart.Write(Bars));
        Assert.That(File.Exists("bars.svg"));
    }

    private static List<string> Texts(Chart chart) => [.. Parse(chart).Descendants().Where(element => element.Name.LocalName == "text").Select(element => element.Value)];

    private static List<XElement> Marks(Chart chart, string name) =>
        [.. Parse(chart).Descendants().Where(element => element.Attribute("class") is { } names && names.Value.Split(' ').Contains(name))];

    private static double Number(XElement element, string name) => double.Parse(element.Attribute(name)!.Value, CultureInfo.InvariantCulture);
}
