using HyphaMarket.Market.Profiles;
using HyphaMarket.Market.Profiles.Detection;
using HyphaMarket.Node.Configuration;

namespace HyphaMarket.Node.Hardware;

/// <summary>What this machine is, and which profiles of the catalogue it fits, for people.</summary>
/// <param name="Problems">A sentence for each tool or file that failed.</param>
/// <param name="Summary">One sentence.</param>
/// <param name="Fits">Every profile, the largest first.</param>
public sealed record MachineReport(IReadOnlyList<string> Problems, string Summary, IReadOnlyList<FitView> Fits)
{
    /// <param name="dataDirectory">Of the node whose catalogue counts; it need not exist.</param>
    /// <exception cref="Hosting.FatalException">The catalogue cannot be read.</exception>
    public static async Task<MachineReport> ReadAsync(string dataDirectory, CancellationToken stop)
    {
        var catalogue = CatalogueFiles.Load(dataDirectory);
        var reading = await MachineProber.ReadAsync(catalogue, stop);
        var machine = reading.Inventory;
        // What a worker on auto sells does not change by what its operator adds: an added profile is sold where it is named.
        var chosen = ProfileFit.Largest(ProfileCatalogue.BuiltIn, machine)?.Profile;
        return new MachineReport(
            reading.Problems,
            $"This machine: {machine.Accelerators.Count} accelerators, {machine.CpuCores} processors, {machine.MemoryMib:N0} MiB of memory, disks of class {machine.DiskClass}.",
            [.. ProfileFit.All(catalogue, machine).Select(report =>
                new FitView(report.Profile.Slug, report.Profile.Id.ToString(), report.Fits, report.Slots, report.Profile.Id == chosen?.Id, [.. report.Failures.Select(failure => failure.ToString())]))]);
    }
}
