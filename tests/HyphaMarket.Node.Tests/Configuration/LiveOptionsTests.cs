using HyphaMarket.Node.Configuration;
using HyphaMarket.Node.Hosting;
using HyphaMarket.Node.Tests.TestSupport;
using Microsoft.Extensions.Logging;

namespace HyphaMarket.Node.Tests.Configuration;

[TestFixture]
internal sealed class LiveOptionsTests
{
    private readonly TemporaryDirectory _directory = new();

    [OneTimeTearDown]
    public void RemoveDirectory() => _directory.Dispose();

    [Test]
    public void Reload_TakesOverPricesAndLimits_AndNamesWhatNeedsARestart()
    {
        var live = Load("""{ "worker": { "floorPrice": 0.01 }, "listen": "/ip4/127.0.0.1/tcp/0", "log": { "level": "warning" } }""");
        var told = new List<NodeOptions>();
        live.Changed += told.Add;

        Write("""{ "worker": { "floorPrice": 0.02 }, "scheduler": { "budget": 7 }, "peers": { "deny": "192.0.2.0/24" }, "limits": { "connections": 64 }, "listen": "/ip4/127.0.0.1/tcp/9", "log": { "level": "debug" } }""");
        var outcome = live.Reload();

        Assert.That(outcome.Applied, Is.EquivalentTo(["worker.floorPrice", "scheduler.budget", "peers.deny", "limits.connections", "log.level"]));
        Assert.That(outcome.NeedRestart, Is.EqualTo(["listen"]));
        Assert.That(live.Current.Worker.FloorPriceMicros, Is.EqualTo(20_000));
        Assert.That(live.Current.Scheduler.BudgetMicros, Is.EqualTo(7_000_000));
        Assert.That(live.Current.Peers.Deny, Is.EqualTo(["192.0.2.0/24"]));
        Assert.That(live.Current.Limits.Connections, Is.EqualTo(64));
        Assert.That(live.Current.Log.Level, Is.EqualTo(LogLevel.Debug));
        Assert.That(live.Current.Listen, Is.EqualTo(["/ip4/127.0.0.1/tcp/0"]), "as it was");
        Assert.That(told, Is.EqualTo([live.Current]));
    }

    [Test]
    public void ReloadOfTheSame_ChangesNothing_ButStillNamesWhatWaitsForARestart()
    {
        var live = Load("""{ "stopWithin": "5s" }""");
        live.Changed += _ => Assert.Fail("nothing changed");
        Assert.That(live.Reload().NeedRestart, Is.Empty);
        Write("""{ "stopWithin": "6s" }""");
        Assert.That(live.Reload().NeedRestart, Is.EqualTo(["stopWithin"]));
        Assert.That(live.Reload().NeedRestart, Is.EqualTo(["stopWithin"]));
    }

    [TestCase("""{ "worker": { "floorPrice": "cheap" }, "scheduler": { "budget": 7 } }""", "bad-value")]
    [TestCase("""{ "worker": { "floorPrize": 0.02 }, "scheduler": { "budget": 7 } }""", "unknown-key")]
    [TestCase("""{ "worker": """, "bad-json")]
    public void Mistake_ChangesNothing(string configuration, string code)
    {
        var live = Load("""{ "worker": { "floorPrice": 0.01 } }""");
        live.Changed += _ => Assert.Fail("nothing changed");
        Write(configuration);
        Assert.That(Assert.Throws<FatalException>(() => live.Reload())!.Problems[0].Code, Is.EqualTo(code));
        Assert.That(live.Current.Worker.FloorPriceMicros, Is.EqualTo(10_000));
        Assert.That(live.Current.Scheduler.BudgetMicros, Is.EqualTo(new SchedulerOptions().BudgetMicros));
    }

    private LiveOptions Load(string configuration)
    {
        Write(configuration);
        var sources = new ConfigurationSources { DataDirectory = _directory.Path, SystemFile = _directory.File("none.json") };
        var loaded = NodeOptionsLoader.LoadWithValues(sources);
        return new LiveOptions(loaded.Options, loaded);
    }

    private void Write(string configuration) => File.WriteAllText(_directory.File("config.json"), configuration);
}
