using System.Globalization;

namespace HyphaMarket.Market.Profiles.Detection;

/// <summary>Holds what a machine says of itself against what was sold of it, requirement by requirement.</summary>
/// <remarks>Of the whole machine: what it has sold to others besides is not known to a buyer and not taken off.</remarks>
public static class PromiseCheck
{
    /// <summary>Only what the profile asks for; in its order.</summary>
    /// <param name="units">How many units of the profile were sold.</param>
    /// <param name="unread">What the machine could not tell: where it falls short there, the verdict is <see cref="PromiseVerdict.Unknown"/>.</param>
    public static IReadOnlyList<PromiseFinding> Of(ProfileAttributes promised, int units, MachineInventory machine, IReadOnlySet<MachinePart> unread)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(units, 1);
        var findings = new List<PromiseFinding>();
        if (promised.AcceleratorCount > 0 || promised.VramTotalMib > 0)
        {
            Add("accelerators", Accelerators(promised, units), Accelerators(machine), MachinePart.Accelerators, new ProfileAttributes
            {
                AcceleratorCount = promised.AcceleratorCount, VramEachMib = promised.VramEachMib, VramTotalMib = promised.VramTotalMib, Models = promised.Models,
            });
        }

        if (promised.Interconnect != Interconnect.Any || promised.Fabrics.Count > 0)
        {
            Add("interconnect", ProfileFit.Links(promised), ProfileFit.Links(machine), MachinePart.Interconnect, new ProfileAttributes { Interconnect = promised.Interconnect, Fabrics = promised.Fabrics });
        }

        if (promised.CpuArchitectures.Count > 0)
        {
            Add("CPU architecture", string.Join(" or ", promised.CpuArchitectures.Select(architecture => architecture.Name())), machine.CpuArchitecture.Name(), MachinePart.Processors,
                new ProfileAttributes { CpuArchitectures = promised.CpuArchitectures });
        }

        if (promised.CpuCores > 0) Add("CPU cores", Number((long)promised.CpuCores * units), Number(machine.CpuCores), MachinePart.Processors, new ProfileAttributes { CpuCores = promised.CpuCores });
        if (promised.MemoryMib > 0) Add("memory", Mib(promised.MemoryMib, units), Mib(machine.MemoryMib), MachinePart.Memory, new ProfileAttributes { MemoryMib = promised.MemoryMib });
        if (promised.DiskMib > 0 || promised.DiskClass != DiskClass.Any)
        {
            Add("disk", $"{Mib(promised.DiskMib, units)} of {promised.DiskClass.Name()}", $"{Mib(machine.DiskMibOf(promised.DiskClass))} of at least that; the best is {machine.DiskClass.Name()}", MachinePart.Disks,
                new ProfileAttributes { DiskClass = promised.DiskClass, DiskMib = promised.DiskMib });
        }

        if (promised.NetworkMbitS > 0) Add("network", $"{Number(promised.NetworkMbitS * units)} Mbit/s", $"{Number(machine.NetworkMbitS)} Mbit/s", MachinePart.Network, new ProfileAttributes { NetworkMbitS = promised.NetworkMbitS });
        return findings;

        void Add(string requirement, string wanted, string found, MachinePart part, ProfileAttributes only)
        {
            var fits = ProfileFit.Slots(only, machine, []) >= units;
            findings.Add(new PromiseFinding(requirement, wanted, found, fits ? PromiseVerdict.Fits : unread.Contains(part) ? PromiseVerdict.Unknown : PromiseVerdict.Less));
        }
    }

    /// <summary>The worst of all.</summary>
    public static PromiseVerdict Overall(IReadOnlyList<PromiseFinding> findings) => findings.Select(finding => finding.Verdict).DefaultIfEmpty(PromiseVerdict.Fits).Max();

    private static string Accelerators(ProfileAttributes promised, int units)
    {
        var each = promised.VramEachMib > 0 ? $", {Mib(promised.VramEachMib)} each" : "";
        var total = promised.VramTotalMib > 0 ? $", {Mib(promised.VramTotalMib, units)} in all" : "";
        return $"{Number((long)promised.AcceleratorCount * units)} x {(promised.Models.Count == 0 ? "any" : string.Join(" or ", promised.Models))}{each}{total}";
    }

    private static string Accelerators(MachineInventory machine) => machine.Accelerators.Count == 0
        ? "none"
        : string.Join(", ", machine.Accelerators.GroupBy(gpu => (gpu.Name, gpu.VramMib)).Select(same => $"{Number(same.Count())} x {same.Key.Name}, {Mib(same.Key.VramMib)} each"));

    private static string Mib(long mib, int units = 1) => $"{Number(mib * units)} MiB";

    private static string Number(long value) => value.ToString("N0", CultureInfo.InvariantCulture);
}
