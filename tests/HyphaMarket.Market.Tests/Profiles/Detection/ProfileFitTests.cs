using HyphaMarket.Market.Profiles;
using HyphaMarket.Market.Profiles.Detection;

namespace HyphaMarket.Market.Tests.Profiles.Detection;

public sealed class ProfileFitTests
{
    private static readonly ProfileCatalogue Catalogue = ProfileCatalogue.BuiltIn;

    private static MachineInventory Inventory(MachineProbe probe)
    {
        var reading = InventoryReader.Read(probe, Catalogue);
        Assert.That(reading.Problems, Is.Empty);
        return reading.Inventory;
    }

    private static FitReport Report(string profile, MachineInventory machine)
    {
        Assert.That(Catalogue.TryFind(profile, out var found, out var problem), Is.True, problem);
        return ProfileFit.Of(found!, machine);
    }

    [Test]
    public void EightH100_AreOneWarpEpsilon()
    {
        var largest = ProfileFit.Largest(Catalogue, Inventory(Samples.H100X8));
        Assert.That((largest?.Profile.Slug, largest?.Slots), Is.EqualTo(("warp-epsilon", 1)));
    }

    [Test]
    public void EightH100_AreEightWarpBetaAsWell() => Assert.That(Report("warp-beta", Inventory(Samples.H100X8)).Slots, Is.EqualTo(8));

    [Test]
    public void OneT4_IsOneDiscoveryAlpha()
    {
        var largest = ProfileFit.Largest(Catalogue, Inventory(Samples.T4X1));
        Assert.That((largest?.Profile.Slug, largest?.Slots), Is.EqualTo(("discovery-alpha", 1)));
    }

    [Test]
    public void FourV100_AreOneWarpAlpha()
    {
        var machine = Inventory(Samples.V100X4);
        var largest = ProfileFit.Largest(Catalogue, machine);
        Assert.That((largest?.Profile.Slug, largest?.Slots), Is.EqualTo(("warp-alpha", 1)));
        Assert.That(Report("impulse-alpha", machine).Slots, Is.EqualTo(2), "32 GB take two V100 of 16 GB");
    }

    [Test]
    public void MachineWithoutAccelerators_FitsNothingAndEachProfileSaysWhy()
    {
        var machine = Inventory(Samples.None);
        Assert.That(ProfileFit.Largest(Catalogue, machine), Is.Null);
        var reports = ProfileFit.All(Catalogue, machine);
        Assert.That(reports, Has.Count.EqualTo(10));
        Assert.That(reports.Select(report => report.Failures.Any(failure => failure.Requirement == "accelerator model" && failure.Found == "none")), Is.All.True);
    }

    [Test]
    public void Mi300X_FitJumpAlphaByTheirFabric()
    {
        var probe = Samples.H100X8 with { NvidiaGpus = null, NvidiaTopology = null, RocmSmi = Samples.Read("mi300x8-rocm.json") };
        Assert.That(ProfileFit.Largest(Catalogue, Inventory(probe))?.Profile.Slug, Is.EqualTo("jump-alpha"));
        Assert.That(Report("jump-alpha", Inventory(probe with { RdmaDevices = [] })).Failures.Select(failure => failure.ToString()), Is.EqualTo(new[] { "interconnect: wanted nvswitch or infiniband, found pcie" }));
    }

    [Test]
    public void EveryFailure_IsNamedWithWantedAndFound()
    {
        var machine = Inventory(Samples.H100X8) with { Interconnect = Interconnect.NvLink, Fabrics = [], CpuArchitecture = CpuArchitecture.None, CpuCores = 95, MemoryMib = 900_000, Disks = [new Disk("nvme0n1", 1_000_000, DiskClass.Nvme)] };
        Assert.That(Report("warp-epsilon", machine).Failures.Select(failure => failure.ToString()), Is.EqualTo(new[]
        {
            "interconnect: wanted nvswitch or infiniband or efa, found nvlink",
            "CPU architecture: wanted x86_64 or arm64, found none",
            "CPU cores: wanted 96, found 95",
            "memory: wanted 950,000 MiB, found 900,000 MiB",
            "disk class: wanted high-iops, found nvme",
            "disk (high-iops): wanted 7,600,000 MiB, found 0 MiB",
        }));
    }

    [TestCase(3, 81_559, "accelerators: wanted 4, found 3")]
    [TestCase(4, 40_000, "memory of all accelerators: wanted 304,000 MiB, found 160,000 MiB")]
    [TestCase(4, 30_000, "memory of each accelerator: wanted 38,000 MiB, found 30,000 MiB")]
    public void AcceleratorFailure_SaysWhichPartOfTheRequirement(int count, long mib, string said)
    {
        var gpus = Enumerable.Repeat(new Accelerator("nvidia", "NVIDIA H100", "nvidia-h100", mib), count).ToArray();
        Assert.That(Report("warp-delta", Inventory(Samples.H100X8) with { Accelerators = gpus }).Failures.Select(failure => failure.ToString()), Is.EqualTo(new[] { said }));
    }

    [Test]
    public void OtherModels_AreNotCounted()
    {
        var machine = Inventory(Samples.V100X4) with { Accelerators = [new Accelerator("nvidia", "NVIDIA A30", null, 24_576), new Accelerator("nvidia", "Tesla T4", "nvidia-t4", 15_360)] };
        Assert.That(Report("discovery-alpha", machine).Slots, Is.EqualTo(1));
        Assert.That(Report("impulse-beta", machine).Failures[0].Found, Is.EqualTo("1 x NVIDIA A30, 1 x Tesla T4"));
    }

    [Test]
    public void ScarcestResource_DecidesTheSlots()
    {
        var machine = Inventory(Samples.H100X8) with { CpuCores = 40 };
        Assert.That(Report("warp-beta", machine).Slots, Is.EqualTo(3), "12 cores each");
    }

    [Test]
    public void MeasuredReads_DecideTheDiskClass()
    {
        var probe = Samples.V100X4 with { BlockDevices = [Samples.Nvme(0, 4_000_000_000_000, "fast")] };
        Assert.That(Inventory(probe).DiskClass, Is.EqualTo(DiskClass.Nvme));
        Assert.That(Inventory(probe with { MeasuredReads = new Dictionary<string, long> { ["nvme0n1"] = 600_000 } }).DiskClass, Is.EqualTo(DiskClass.HighIops));
    }

    [Test]
    public void FileSystems_BoundTheDisks() => Assert.That((Inventory(Samples.V100X4) with { FileSystemsMib = 100_000 }).DiskMibOf(DiskClass.Nvme), Is.EqualTo(100_000));

    [Test]
    public void ToolThatFailed_LeavesTheMachineWithoutWhatItWouldHaveShown()
    {
        var reading = InventoryReader.Read(Samples.H100X8 with { NvidiaGpus = Samples.Read("driver-failed.txt"), MemInfo = null }, Catalogue);
        Assert.That(reading.Problems, Has.Count.EqualTo(2));
        Assert.That(reading.Inventory.Accelerators, Is.Empty);
        Assert.That(reading.Inventory.MemoryMib, Is.Zero);
        Assert.That(ProfileFit.Largest(Catalogue, reading.Inventory), Is.Null);
    }

    [Test]
    public void UnknownProduct_IsToldAsAProblem() =>
        Assert.That(InventoryReader.Read(Samples.T4X1 with { NvidiaGpus = "0, NVIDIA GeForce RTX 4090, 24564" }, Catalogue).Problems, Is.EqualTo(new[] { "\"NVIDIA GeForce RTX 4090\" is no accelerator that the profile catalogue knows." }));

    [Test]
    public void EmptyProbe_GivesAnEmptyMachineAndNoException()
    {
        var reading = InventoryReader.Read(new MachineProbe(), Catalogue);
        Assert.That(reading.Problems, Has.Count.EqualTo(2), "neither processors nor memory");
        Assert.That(ProfileFit.Largest(Catalogue, reading.Inventory), Is.Null);
    }
}
