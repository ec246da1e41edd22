using HyphaMarket.Market.Profiles;
using HyphaMarket.Market.Profiles.Detection;
using HyphaMarket.Node.Hardware;
using HyphaMarket.Node.Tests.TestSupport;

namespace HyphaMarket.Node.Tests.Hardware;

/// <summary>This machine with tools of the tests' own: the search path is the process's, so nothing runs beside.</summary>
[NonParallelizable]
public sealed class LocalMachineProbeTests
{
    private const string Smi = """
        #!/bin/sh
        case "$1" in
        --query-gpu=index*) echo "0, Tesla T4, 15360"; echo "1, Tesla T4, 15360";;
        --query-gpu=driver*) echo "550.54.14"; echo "550.54.14";;
        topo) printf '\tGPU0\tGPU1\tCPU Affinity\nGPU0\t X \tPHB\t0-7\nGPU1\tPHB\t X \t0-7\n';;
        *) exit 2;;
        esac
        """;

    private TemporaryDirectory _tools = null!;
    private string _path = null!;

    [SetUp]
    public void KeepPath() => (_tools, _path) = (new TemporaryDirectory(), Environment.GetEnvironmentVariable("PATH")!);

    [TearDown]
    public void RestorePath()
    {
        Environment.SetEnvironmentVariable("PATH", _path);
        _tools.Dispose();
    }

    [Test]
    public async Task Machine_WithAnNvidiaSmi_IsToldWithModelsMemoryAndDriver()
    {
        Add("nvidia-smi", Smi);
        Environment.SetEnvironmentVariable("PATH", $"{_tools.Path}:{_path}");
        var facts = await new LocalMachineProbe(ProfileCatalogue.BuiltIn).MeasureAsync(CancellationToken.None);
        var machine = facts.Reading.Inventory;
        Assert.Multiple(() =>
        {
            Assert.That(machine.Accelerators, Is.EqualTo(Enumerable.Repeat(new Accelerator("nvidia", "Tesla T4", "nvidia-t4", 15_360), 2)));
            Assert.That(machine.Interconnect, Is.EqualTo(Interconnect.Pcie));
            Assert.That(facts.Driver, Is.EqualTo("NVIDIA 550.54.14"));
            Assert.That(facts.Reading.Unread, Has.None.EqualTo(MachinePart.Accelerators).And.None.EqualTo(MachinePart.Interconnect));
            Assert.That(facts.System, Does.Contain("kernel"));
            Assert.That(machine.MemoryMib, Is.GreaterThan(0));
        });
    }

    [Test]
    public async Task Machine_WithoutAnyTool_HasNoAccelerator_AndTheRestAllTheSame()
    {
        Environment.SetEnvironmentVariable("PATH", _tools.Path);
        var facts = await new LocalMachineProbe(ProfileCatalogue.BuiltIn).MeasureAsync(CancellationToken.None);
        var machine = facts.Reading.Inventory;
        Assert.That((machine.Accelerators.Count, facts.Driver), Is.EqualTo((0, "")));
        Assert.That(facts.Reading.Unread, Has.None.EqualTo(MachinePart.Accelerators), "it has none, and says so");
        Assert.That(new[] { machine.CpuCores, machine.MemoryMib }, Is.All.GreaterThan(0));
    }

    [Test]
    public async Task Machine_WhoseToolFails_CannotTellItsAccelerators()
    {
        Add("nvidia-smi", "#!/bin/sh\necho NVIDIA-SMI has failed because it could not communicate with the driver >&2\nexit 9\n");
        Environment.SetEnvironmentVariable("PATH", $"{_tools.Path}:{_path}");
        var facts = await new LocalMachineProbe(ProfileCatalogue.BuiltIn).MeasureAsync(CancellationToken.None);
        Assert.That(facts.Reading.Unread, Is.SupersetOf(new[] { MachinePart.Accelerators, MachinePart.Interconnect }));
        Assert.That(facts.Reading.Problems, Has.Some.Contains("could not communicate with the driver"));
        Assert.That(facts.Driver, Is.Empty);
    }

    private void Add(string name, string script)
    {
        File.WriteAllText(_tools.File(name), script);
        File.SetUnixFileMode(_tools.File(name), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }
}
