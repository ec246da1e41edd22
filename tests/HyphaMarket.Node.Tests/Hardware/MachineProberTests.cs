using HyphaMarket.Market.Profiles;
using HyphaMarket.Node.Hardware;
using HyphaMarket.Node.Tests.TestSupport;

namespace HyphaMarket.Node.Tests.Hardware;

public sealed class MachineProberTests
{
    [Test]
    public async Task Machine_OfFiles_IsReadFromThem()
    {
        using var root = new TemporaryDirectory();
        Write("proc/cpuinfo", string.Concat(Enumerable.Range(0, 6).Select(i => $"processor\t: {i}\nvendor_id\t: GenuineIntel\nflags\t\t: fpu lm\n\n")));
        Write("proc/meminfo", "MemTotal:       67108864 kB\nMemFree: 1 kB\n");
        Write("sys/block/nvme0n1/size", "2000000000\n");
        Write("sys/block/nvme0n1/queue/rotational", "0\n");
        Write("sys/block/nvme0n1/removable", "0\n");
        Write("sys/block/loop0/size", "8\n");
        Write("sys/class/net/eth0/speed", "10000\n");
        Write("sys/class/net/lo/speed", "99999999\n");
        var machine = (await MachineProber.ReadAsync(ProfileCatalogue.BuiltIn, root.Path, new ToolRunner(TimeSpan.FromSeconds(5)), CancellationToken.None)).Inventory;
        Assert.Multiple(() =>
        {
            Assert.That(machine.CpuCores, Is.EqualTo(6));
            Assert.That(machine.MemoryMib, Is.EqualTo(65_536));
            Assert.That(machine.Disks.Select(disk => disk.Name), Is.EqualTo(new[] { "nvme0n1" }));
            Assert.That(machine.NetworkMbitS, Is.EqualTo(10_000));
        });

        void Write(string path, string text)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(root.File(path))!);
            File.WriteAllText(root.File(path), text);
        }
    }

    [Test]
    public async Task ThisMachine_HasProcessorsAndMemory()
    {
        var machine = (await MachineProber.ReadAsync(ProfileCatalogue.BuiltIn, CancellationToken.None)).Inventory;
        Assert.That(machine.CpuCores, Is.EqualTo(Environment.ProcessorCount).Or.GreaterThan(0));
        Assert.That(machine.MemoryMib, Is.GreaterThan(0));
    }
}
