using HyphaMarket.Market.Profiles;
using HyphaMarket.Market.Profiles.Detection;

namespace HyphaMarket.Market.Tests.Profiles.Detection;

public sealed class ToolOutputTests
{
    private static readonly ProfileCatalogue Catalogue = ProfileCatalogue.BuiltIn;

    [TestCase("h100x8-gpus.txt", 8, "nvidia-h100", 81_559)]
    [TestCase("t4x1-gpus.txt", 1, "nvidia-t4", 15_360)]
    [TestCase("v100x4-gpus.txt", 4, "nvidia-v100", 16_160)]
    public void NvidiaGpus_AreReadWithModelAndMemory(string sample, int count, string model, long mib)
    {
        Assert.That(NvidiaSmi.TryParseGpus(Samples.Read(sample), Catalogue, out var gpus, out var problem), Is.True, problem);
        Assert.That(gpus, Has.Count.EqualTo(count));
        Assert.That(gpus.Select(gpu => (gpu.Vendor, gpu.Model, gpu.VramMib)), Is.All.EqualTo(("nvidia", model, mib)));
    }

    [TestCase("")]
    [TestCase("No devices were found\n")]
    public void NvidiaWithoutDevices_IsNoneAndNoProblem(string output)
    {
        Assert.That(NvidiaSmi.TryParseGpus(output, Catalogue, out var gpus, out _), Is.True);
        Assert.That(gpus, Is.Empty);
    }

    [TestCase("NVIDIA-SMI has failed because it couldn't communicate with the NVIDIA driver.")]
    [TestCase("0, NVIDIA GB10, [N/A]")]
    [TestCase("0, Tesla T4")]
    [TestCase("zero, Tesla T4, 15360")]
    [TestCase("0, Tesla T4, -1")]
    [TestCase("0, Tesla T4, 99999999999999999999")]
    [TestCase("0, Tesla T4, 15360\n\u0000\u0001garbage")]
    [TestCase("<html>")]
    public void NvidiaOutputThatIsNone_IsRefusedWithTheLine(string output)
    {
        Assert.That(NvidiaSmi.TryParseGpus(output, Catalogue, out var gpus, out var problem), Is.False);
        Assert.That(gpus, Is.Empty);
        Assert.That(problem, Does.StartWith("nvidia-smi printed"));
    }

    [TestCase("h100x8-topology.txt", Interconnect.NvSwitch)]
    [TestCase("v100x4-topology.txt", Interconnect.NvLink)]
    [TestCase("t4x1-topology.txt", Interconnect.Pcie)]
    public void Topology_TellsTheLink(string sample, Interconnect expected)
    {
        Assert.That(NvidiaSmi.TryParseTopology(Samples.Read(sample), out var found, out var problem), Is.True, problem);
        Assert.That(found, Is.EqualTo(expected));
    }

    [Test]
    public void Topology_WithOneGpuOutsideTheLinks_IsPcie()
    {
        const string Text = "\tGPU0\tGPU1\tGPU2\nGPU0\t X \tNV4\tSYS\nGPU1\tNV4\t X \tSYS\nGPU2\tSYS\tSYS\t X \n";
        Assert.That(NvidiaSmi.TryParseTopology(Text, out var found, out _), Is.True);
        Assert.That(found, Is.EqualTo(Interconnect.Pcie));
    }

    [Test]
    public void Topology_OfFourDirectlyWiredGpus_IsNoSwitch()
    {
        var rows = Enumerable.Range(0, 4).Select(row => $"GPU{row}\t" + string.Join('\t', Enumerable.Range(0, 4).Select(column => row == column ? " X " : "NV6")));
        Assert.That(NvidiaSmi.TryParseTopology("\tGPU0\tGPU1\tGPU2\tGPU3\n" + string.Join('\n', rows), out var found, out _), Is.True);
        Assert.That(found, Is.EqualTo(Interconnect.NvLink), "three times six links are what one GPU has");
    }

    [TestCase("")]
    [TestCase("\tGPU0\tGPU1\nGPU0\t X \tNV4\n")]
    [TestCase("\tGPU0\tGPU1\nGPU0\t X \tNV4\nGPU1\tQQ\t X \n")]
    [TestCase("\tGPU0\tGPU1\nGPU0\t X \nGPU1\tNV1\t X \n")]
    [TestCase("\tGPU0\nGPU1\t X \n")]
    public void TopologyThatIsNone_IsRefused(string text)
    {
        Assert.That(NvidiaSmi.TryParseTopology(text, out var found, out var problem), Is.False);
        Assert.That(found, Is.EqualTo(Interconnect.Any));
        Assert.That(problem, Does.StartWith("nvidia-smi topo printed"));
    }

    [TestCase("mi300x8-rocm.json", 8, "amd-mi300x", 196_592)]
    [TestCase("v520x1-rocm.csv", 1, "amd-radeon-pro-v520", 8_176)]
    public void RocmCards_AreReadWithModelAndMemory(string sample, int count, string model, long mib)
    {
        Assert.That(RocmSmi.TryParse(Samples.Read(sample), Catalogue, out var gpus, out var problem), Is.True, problem);
        Assert.That(gpus, Has.Count.EqualTo(count));
        Assert.That(gpus.Select(gpu => (gpu.Vendor, gpu.Model, gpu.VramMib)), Is.All.EqualTo(("amd", model, mib)));
    }

    [TestCase("")]
    [TestCase("{\"system\": {\"Driver version\": \"6.7\"}}")]
    public void RocmWithoutCards_IsNoneAndNoProblem(string output)
    {
        Assert.That(RocmSmi.TryParse(output, Catalogue, out var gpus, out _), Is.True);
        Assert.That(gpus, Is.Empty);
    }

    [TestCase("ERROR: no driver")]
    [TestCase("{\"card0\": {\"Card Series\": \"x\"")]
    [TestCase("{\"card0\": {\"Card Series\": \"AMD Instinct MI300X\"}}")]
    [TestCase("{\"card0\": {\"Card Series\": \"0x74a1\", \"VRAM Total Memory (B)\": \"206141652992\"}}")]
    [TestCase("{\"card0\": {\"Card Series\": \"AMD Instinct MI300X\", \"VRAM Total Memory (B)\": \"-1\"}}")]
    [TestCase("device,VRAM Total Memory (B),Card series\ncard0,1\n")]
    public void RocmOutputThatIsNone_IsRefused(string output)
    {
        Assert.That(RocmSmi.TryParse(output, Catalogue, out var gpus, out var problem), Is.False);
        Assert.That(gpus, Is.Empty);
        Assert.That(problem, Does.StartWith("rocm-smi printed"));
    }

    [TestCase("nvidia", "Tesla T4", "nvidia-t4")]
    [TestCase("nvidia", "NVIDIA A100-SXM4-80GB", "nvidia-a100")]
    [TestCase("nvidia", "NVIDIA A10G", "nvidia-a10g")]
    [TestCase("nvidia", "NVIDIA A10", "nvidia-a10")]
    [TestCase("nvidia", "Tesla V100S-PCIE-32GB", "nvidia-v100s")]
    [TestCase("nvidia", "NVIDIA H100 NVL", "nvidia-h100-nvl")]
    [TestCase("nvidia", "NVIDIA H100 PCIe", "nvidia-h100")]
    [TestCase("nvidia", "NVIDIA GH200 480GB", "nvidia-gh200")]
    [TestCase("nvidia", "NVIDIA RTX 6000 Ada Generation", "nvidia-rtx-6000-ada")]
    [TestCase("nvidia", "Quadro RTX 6000", null)]
    [TestCase("nvidia", "NVIDIA L40", null)]
    [TestCase("nvidia", "NVIDIA T400", null)]
    [TestCase("amd", "Radeon Instinct MI25", "amd-mi25")]
    [TestCase("amd", "Tesla T4", null)]
    [TestCase("nvidia", "", null)]
    public void ProductName_TellsTheModelByWholeWords(string vendor, string name, string? model) => Assert.That(Catalogue.ModelOf(vendor, name)?.Id, Is.EqualTo(model));

    [TestCase("x86-2-cpuinfo.txt", CpuArchitecture.X8664)]
    [TestCase("arm-2-cpuinfo.txt", CpuArchitecture.Arm64)]
    public void CpuInfo_TellsProcessorsAndArchitecture(string sample, CpuArchitecture expected)
    {
        Assert.That(ProcFiles.TryParseCpuInfo(Samples.Read(sample), out var processors, out var architecture, out var problem), Is.True, problem);
        Assert.That(processors, Is.EqualTo(2));
        Assert.That(architecture, Is.EqualTo(expected));
    }

    [Test]
    public void CpuInfoOfNothing_IsRefused() => Assert.That(ProcFiles.TryParseCpuInfo("", out _, out _, out _), Is.False);

    [Test]
    public void MemInfo_IsReadInMib()
    {
        Assert.That(ProcFiles.TryParseMemInfo(Samples.Read("16gb-meminfo.txt"), out var mib, out var problem), Is.True, problem);
        Assert.That(mib, Is.EqualTo(15_701));
    }

    [TestCase("")]
    [TestCase("MemFree: 5 kB")]
    [TestCase("MemTotal: many kB")]
    [TestCase("MemTotal: 5 MB")]
    public void MemInfoThatIsNone_IsRefused(string text) => Assert.That(ProcFiles.TryParseMemInfo(text, out _, out _), Is.False);

    [TestCase("nvme0n1", "0", "Samsung", DiskClass.Nvme)]
    [TestCase("nvme0n1", "0", "Amazon Elastic Block Store", DiskClass.Ssd)]
    [TestCase("sda", "0", "SSD 860", DiskClass.Ssd)]
    [TestCase("sda", "1", "WDC", DiskClass.Any)]
    public void Disk_HasItsClass(string name, string rotational, string model, DiskClass expected) =>
        Assert.That(Disks.Read(new BlockDevice(name, "2048000", rotational, "0", model), out _), Is.EqualTo(new Disk(name, 1_000, expected)));

    [TestCase("loop0", "2048000", "0")]
    [TestCase("dm-0", "2048000", "0")]
    [TestCase("sdb", "2048000", "1")]
    [TestCase("sdc", "0", "0")]
    public void WhatIsNoDisk_IsLeftOutWithoutAProblem(string name, string size, string removable)
    {
        Assert.That(Disks.Read(new BlockDevice(name, size, "0", removable, ""), out var problem), Is.Null);
        Assert.That(problem, Is.Null);
    }

    [Test]
    public void DiskThatCannotBeRead_IsAProblem()
    {
        Assert.That(Disks.Read(new BlockDevice("sda", "big", "0", "0", ""), out var problem), Is.Null);
        Assert.That(problem, Does.Contain("sda"));
    }

    [Test]
    public void FileSystems_CountDisksOnceAndMemoryNotAtAll()
    {
        Assert.That(Disks.TryParseFileSystems(Samples.Read("df.txt"), out var mib, out var problem), Is.True, problem);
        Assert.That(mib, Is.EqualTo(99_043 + 114_241));
    }

    [TestCase("")]
    [TestCase("df: command not found")]
    [TestCase("Filesystem     1M-blocks Mounted on\n/dev/root - /")]
    public void DfOutputThatIsNone_IsRefused(string df) => Assert.That(Disks.TryParseFileSystems(df, out _, out _), Is.False);

    [TestCase("mlx5_core", "InfiniBand", "4: ACTIVE", Fabric.InfiniBand)]
    [TestCase("mlx5_core", "InfiniBand", "1: DOWN", Fabric.None)]
    [TestCase("mlx5_core", "Ethernet", "4: ACTIVE", Fabric.None)]
    [TestCase("efa", "Unspecified", "4: ACTIVE", Fabric.Efa)]
    public void RdmaDevice_TellsTheFabric(string driver, string linkLayer, string state, Fabric expected) =>
        Assert.That(new RdmaDevice("x", driver + "\n", linkLayer + "\n", state + "\n").Fabric, Is.EqualTo(expected));
}
