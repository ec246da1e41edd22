using HyphaMarket.Brokerage.Leases;
using HyphaMarket.Brokerage.Machines;
using HyphaMarket.Market.Profiles;
using HyphaMarket.Market.Profiles.Detection;
using HyphaMarket.Node.Api.Contracts;
using HyphaMarket.Node.Networking;
using HyphaMarket.Node.Storage;

namespace HyphaMarket.Node.Trading.Checking;

/// <summary>Kept answers as the API shows them.</summary>
internal static class LeaseCheckViews
{
    public static LeaseCheckView Of(CheckRow row, MachineReport report, Lease lease, ProfileCatalogue catalogue)
    {
        var machine = report.Facts.Reading.Inventory;
        var profile = catalogue.Find(lease.Match.Market);
        var findings = profile is null ? [] : PromiseCheck.Of(profile.Requirement, lease.Match.Quantity, machine, report.Facts.Reading.Unread);
        return new LeaseCheckView
        {
            Lease = row.Lease,
            Worker = lease.Match.Seller.ToText(),
            Profile = profile?.Slug,
            Quantity = lease.Match.Quantity,
            // A market whose profile this node does not know promises nothing that it could compare.
            Verdict = Word(profile is null ? PromiseVerdict.Unknown : PromiseCheck.Overall(findings)),
            AskedAt = DateTimeOffset.FromUnixTimeMilliseconds(row.AskedMs),
            MeasuredAt = DateTimeOffset.FromUnixTimeMilliseconds(report.Measured.UnixMs),
            System = report.Facts.System,
            Driver = report.Facts.Driver,
            Accelerators = [.. machine.Accelerators.GroupBy(gpu => (gpu.Name, gpu.VramMib)).Select(same => FormattableString.Invariant($"{same.Count()} x {same.Key.Name}, {same.Key.VramMib} MiB"))],
            CpuCores = machine.CpuCores,
            MemoryMib = machine.MemoryMib,
            DiskMib = machine.DiskMibOf(DiskClass.Any),
            Findings = [.. findings.Select(finding => new LeaseFindingView(finding.Requirement, finding.Promised, finding.Found, Word(finding.Verdict)))],
            Problems = report.Facts.Reading.Problems,
        };
    }

    private static string Word(PromiseVerdict verdict) => verdict switch
    {
        PromiseVerdict.Fits => LeaseCheckView.Fits,
        PromiseVerdict.Less => LeaseCheckView.Less,
        _ => LeaseCheckView.Unknown,
    };
}
