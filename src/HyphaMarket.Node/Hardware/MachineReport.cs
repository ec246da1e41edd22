using HyphaMarket.Market.Profiles;
using HyphaMarket.Market.Profiles.Detection;

namespace HyphaMarket.Node.Hardware;

/// <summary>What this machine is, and which profiles of the catalogue it fits, for people.</summary>
/// <param name="Problems">A sentence for each tool or file that failed.</param>
/// <param name="Summary">One sentence.</param>
/// <param name="Fits">Every profile, the largest first.</param>
public sealed record MachineReport(IReadOnlyList<string> Problems, string Summary, IReadOnlyList<FitView> Fits)
{
    public static async Task<MachineReport> ReadAsync(CancellationToken stop)
    {
        var catalogue = ProfileCatalogue.BuiltIn;
        var reading = await MachineProber.ReadAsync(catalogue, stop);
        var machine = reading.Inventory;
        var chosen = ProfileFit.Largest(catalogue, machine)?.Profile;
        return new MachineReport(
            reading.Problems,
            $"This machine: {machine.Accelerators.Count} accelerators, {machine.CpuCores} processors, {machine.MemoryMib:N0} MiB of memory, disks of class {machine.DiskClass}.",
            [.. ProfileFit.All(catalogue, machine).Select(report =>
                new FitView(report.Profile.Slug, report.Profile.Id.ToString(), report.Fits, report.Slots, report.Profile == chosen, [.. report.Failures.Select(failure => failure.ToString())]))]);
    }
}
