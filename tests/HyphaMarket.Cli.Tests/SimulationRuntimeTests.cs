using System.Collections;

namespace HyphaMarket.Cli.Tests;

internal sealed class SimulationRuntimeTests
{
    [Test]
    public void TheEnvironment_KeepsWhatIsSet_AndGetsTheSettings()
    {
        var environment = SimulationRuntime.EnvironmentWith(new Hashtable { ["PATH"] = "/bin", ["DOTNET_gcConcurrent"] = "1" }).ToArray();

        Assert.That(environment, Is.EquivalentTo(new[] { "PATH=/bin", "DOTNET_gcConcurrent=1", "DOTNET_gcServer=1", "DOTNET_GCDynamicAdaptationMode=0" }));
    }

    [Test]
    public void TheCommandLine_NamesTheAssembly_WhereDotnetRunsIt()
    {
        Assert.That(SimulationRuntime.CommandLine("/opt/hypha-market", ["simulate", "brokers"]), Is.EqualTo(new[] { "/opt/hypha-market", "simulate", "brokers" }));
        Assert.That(SimulationRuntime.CommandLine("/usr/bin/dotnet", ["simulate"]), Is.EqualTo(new[] { "/usr/bin/dotnet", Environment.GetCommandLineArgs()[0], "simulate" }));
    }
}
