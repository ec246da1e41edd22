using System.Text.Json;
using HyphaMarket.Market.Slots;
using HyphaMarket.Node.Api.Contracts;
using HyphaMarket.Node.Configuration;
using HyphaMarket.Node.Tests.TestSupport;
using HyphaMarket.Node.Trading.Standing;

namespace HyphaMarket.Node.Tests.Trading.Standing;

/// <summary>Programs of operators, well and ill. The hanging one waits for ever; no other depends on the time it is given.</summary>
[TestFixture]
internal sealed class PriceHookTests
{
    private static readonly PriceQuestion Question = new("discovery-alpha", "00ff", DateTimeOffset.UnixEpoch, 8, 3, 100, 500, new QuoteView { Market = "00ff", Slot = 1, BestBid = new LevelView(450, 2, 1), LastPriceMicros = 470 });
    private readonly TemporaryDirectory _directory = new();

    [OneTimeTearDown]
    public void RemoveDirectory() => _directory.Dispose();

    [TestCase("echo 0.012", ExpectedResult = 12_000)]
    [TestCase("echo '700 micros'", ExpectedResult = 700)]
    [TestCase("echo talk >&2; echo 0.5 credits/min", ExpectedResult = 500_000)]
    public async Task<long?> Price_IsReadAsAConfigurationWritesOne(string script) => (await RunAsync(script)).Micros;

    [TestCase("sleep 1000", "did not end", 1)]
    [TestCase("echo cheap", "printed \"cheap\"")]
    [TestCase("echo -1", "no price")]
    [TestCase("echo 0", "no price")]
    [TestCase("true", "printed \"\"")]
    [TestCase("yes 1", "printed more than 256")]
    [TestCase("yes talk | head -c 1000000 >&2; echo broken >&2; exit 1", "ended with 1: talk")]
    [TestCase("echo 0.5; exit 3", "ended with 3")]
    public async Task Failure_IsTold_AndGivesNoPrice(string script, string problem, int seconds = 60)
    {
        var (micros, told) = await RunAsync(script, seconds);
        Assert.That(micros, Is.Null);
        Assert.That(told, Does.Contain(problem));
    }

    [Test]
    public async Task AProgramThatIsNotThere_IsToldAsSuch() =>
        Assert.That((await PriceHook.RunAsync(_directory.File("none"), Question, TimeSpan.FromSeconds(60), default)).Problem, Does.Contain("cannot be run"));

    [Test]
    public async Task Program_IsToldWhatIsKnown()
    {
        var told = _directory.File("told.json");
        Assert.That((await RunAsync($"cat > '{told}'; echo 1")).Micros, Is.EqualTo(1_000_000));
        using var json = JsonDocument.Parse(await File.ReadAllBytesAsync(told));
        var root = json.RootElement;
        Assert.Multiple(() =>
        {
            Assert.That(root.GetProperty("profile").GetString(), Is.EqualTo("discovery-alpha"));
            Assert.That((root.GetProperty("units").GetInt32(), root.GetProperty("freeUnits").GetInt32()), Is.EqualTo((8, 3)));
            Assert.That((root.GetProperty("floorPriceMicros").GetInt64(), root.GetProperty("priceMicros").GetInt64()), Is.EqualTo((100L, 500L)));
            Assert.That(root.GetProperty("quote").GetProperty("bestBidMicros").GetInt64(), Is.EqualTo(450));
            Assert.That(root.GetProperty("quote").GetProperty("bestAskMicros").ValueKind, Is.EqualTo(JsonValueKind.Null));
        });
    }

    [Test]
    public void Failures_AreToldOnce_AndTheLastGoodPriceStays()
    {
        var advertise = new AdvertiseOptions { Enabled = true, Hook = "/a" };
        var (price, now) = (new HookedPrice(), new Instant(1_000_000));
        Assert.That(price.IsDue(now, advertise), Is.True);
        Assert.That((price.OnAnswer(null), price.Micros), Is.EqualTo((true, (long?)null)));
        Assert.That(price.IsDue(now.PlusMs(59_999), advertise), Is.False);
        Assert.That(price.IsDue(now.PlusMs(60_000), advertise), Is.True);
        Assert.That((price.OnAnswer(null), price.Micros), Is.EqualTo((false, (long?)null)), "told already");
        Assert.That((price.OnAnswer(7), price.Micros), Is.EqualTo((false, (long?)7)));
        Assert.That((price.OnAnswer(null), price.Micros), Is.EqualTo((true, (long?)7)), "it had worked again");
        Assert.That(price.IsDue(now.PlusMs(60_001), advertise with { Hook = "/b" }), Is.True, "another program is asked at once");
        Assert.That(price.Micros, Is.Null);
        Assert.That(price.IsDue(now.PlusMs(600_000), advertise with { Enabled = false }), Is.False);
    }

    private Task<(long? Micros, string? Problem)> RunAsync(string script, int seconds = 60)
    {
        var file = _directory.File($"hook-{Guid.NewGuid():N}.sh");
        File.WriteAllText(file, $"#!/bin/sh\n{script}\n");
        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        return PriceHook.RunAsync(file, Question, TimeSpan.FromSeconds(seconds), default);
    }
}
