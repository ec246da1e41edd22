using HyphaMarket.Brokerage.Machines;
using HyphaMarket.Market.Profiles;
using HyphaMarket.Market.Profiles.Detection;
using HyphaMarket.Node.Hardware;

namespace HyphaMarket.Node.Tests.Trading.Checking;

/// <summary>A machine that is what a test says.</summary>
internal sealed class ScriptedProbe : IMachineProbe
{
    private readonly TaskCompletionSource _begun = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _looks;

    public int Looks => Volatile.Read(ref _looks);

    /// <summary>Complete once a look has begun.</summary>
    public Task Begun => _begun.Task;

    public MachineFacts Facts { get; set; } = OneT4;

    /// <summary>What a look waits for.</summary>
    public Task Until { get; set; } = Task.CompletedTask;

    /// <summary>Just a Discovery Alpha.</summary>
    public static MachineFacts OneT4 { get; } = new(
        new InventoryReading(
            new MachineInventory
            {
                Accelerators = [new Accelerator("nvidia", "Tesla T4", "nvidia-t4", 15_360)],
                Interconnect = Interconnect.Pcie,
                CpuArchitecture = CpuArchitecture.X8664,
                CpuCores = 4,
                MemoryMib = 15_900,
                Disks = [new Disk("nvme0n1", 119_000, DiskClass.Nvme)],
            },
            []),
        "Debian GNU/Linux 13",
        "NVIDIA 550.54.14");

    public async Task<MachineFacts> MeasureAsync(CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _looks);
        _begun.TrySetResult();
        await Until.WaitAsync(cancellationToken);
        return Facts;
    }
}
