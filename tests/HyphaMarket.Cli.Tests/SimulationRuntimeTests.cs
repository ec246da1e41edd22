using System.Collections;

namespace HyphaMarket.Cli.Tests;

internal sealed class SimulationRuntimeTests
{
    [Test]
    public void TheEnvironment_KeepsWhatIsSet_AndGetsTheSettings()
    {
        var settings = new Dictionary<string, string> { ["DOTNET_gcServer"] = "1", ["DOTNET_gcConcurrent"] = "0" };

        var environment = SimulationRuntime.EnvironmentWith(new Hashtable { ["PATH"] = "/bin", ["DOTNET_gcConcurrent"] = "1" }, settings).ToArray();

        Assert.That(environment, Is.EquivalentTo(new[] { "PATH=/bin", "DOTNET_gcConcurrent=1", "DOTNET_gcServer=1" }));
    }

    [Test]
    public void Garbage_MayTakeAnEighthOfTheMemory_AndAGibibyteAHeap()
    {
        Assert.That(SimulationRuntime.SettingsFor(["simulate"], available: 8L << 30, processors: 4)["DOTNET_GCgen0size"], Is.EqualTo("10000000"), "256 MiB for each of four");
        Assert.That(SimulationRuntime.SettingsFor(["simulate"], available: 64L << 30, processors: 2)["DOTNET_GCgen0size"], Is.EqualTo("40000000"), "1 GiB");
    }

    [TestCase("simulate brokers --seeds 200", true)]
    [TestCase("simulate brokers --seeds 10 --minutes 30", false)]
    [TestCase("simulate brokers --seeds", false)]
    [TestCase("simulate network", false)]
    public void ManySeeds_AreCompiledAnewByProfiles(string line, bool expected) =>
        Assert.That(SimulationRuntime.SettingsFor(line.Split(' '), available: 8L << 30, processors: 4).ContainsKey("DOTNET_TieredPGO"), Is.EqualTo(expected));

    [Test]
    public void TheCommandLine_NamesTheAssembly_WhereDotnetRunsIt()
    {
        Assert.That(SimulationRuntime.CommandLine("/opt/hypha-market", ["simulate", "brokers"]), Is.EqualTo(new[] { "/opt/hypha-market", "simulate", "brokers" }));
        Assert.That(SimulationRuntime.CommandLine("/usr/bin/dotnet", ["simulate"]), Is.EqualTo(new[] { "/usr/bin/dotnet", Environment.GetCommandLineArgs()[0], "simulate" }));
    }
}
