using System.Globalization;

namespace HyphaMarket.Market.Profiles.Detection;

/// <summary>Which profiles a machine can serve. "A worker must meet the profile minimum but may offer more then specified. A worker will select the largest matching profile for its resources."</summary>
public static class ProfileFit
{
    /// <summary>The reports of all profiles, the largest first.</summary>
    public static IReadOnlyList<FitReport> All(ProfileCatalogue catalogue, MachineInventory machine) => [.. catalogue.Profiles.Reverse().Select(profile => Of(profile, machine))];

    /// <summary>The largest profile (by catalogue rank) that fits, or null when none does.</summary>
    public static FitReport? Largest(ProfileCatalogue catalogue, MachineInventory machine) => All(catalogue, machine).FirstOrDefault(report => report.Fits);

    /// <summary>Whether one profile fits, how often, or why not.</summary>
    public static FitReport Of(ComputeProfile profile, MachineInventory machine)
    {
        var failures = new List<FitFailure>();
        var slots = Slots(profile.Requirement, machine, failures);
        if (failures.Count > 0) return new FitReport(profile, 0, failures);
        // A requirement that asks for nothing countable is met once.
        return new FitReport(profile, slots == long.MaxValue ? 1 : (int)Math.Min(slots, int.MaxValue), []);
    }

    /// <summary>How often a machine meets a requirement: 0 exactly where something fails, and as often as can be counted where it asks for nothing countable.</summary>
    /// <param name="failures">Is given every requirement that is not met.</param>
    internal static long Slots(ProfileAttributes wanted, MachineInventory machine, List<FitFailure> failures)
    {
        var slots = AcceleratorSlots(wanted, machine, failures);
        CheckLink(wanted, machine, failures);
        if (wanted.CpuArchitectures.Count > 0 && !wanted.CpuArchitectures.Contains(machine.CpuArchitecture))
        {
            failures.Add(new FitFailure("CPU architecture", string.Join(" or ", wanted.CpuArchitectures.Select(architecture => architecture.Name())), machine.CpuArchitecture.Name()));
        }

        slots = Math.Min(slots, Share("CPU cores", wanted.CpuCores, machine.CpuCores, "", failures));
        slots = Math.Min(slots, Share("memory", wanted.MemoryMib, machine.MemoryMib, " MiB", failures));
        if (machine.DiskClass < wanted.DiskClass) failures.Add(new FitFailure("disk class", wanted.DiskClass.Name(), machine.DiskClass.Name()));
        slots = Math.Min(slots, Share($"disk ({wanted.DiskClass.Name()})", wanted.DiskMib, machine.DiskMibOf(wanted.DiskClass), " MiB", failures));
        slots = Math.Min(slots, Share("network", wanted.NetworkMbitS, machine.NetworkMbitS, " Mbit/s", failures));
        return failures.Count > 0 ? 0 : slots;
    }

    /// <summary>Deals the accelerators out, the largest first, until no further unit has enough of them.</summary>
    private static long AcceleratorSlots(ProfileAttributes wanted, MachineInventory machine, List<FitFailure> failures)
    {
        if (wanted.AcceleratorCount == 0 && wanted.VramTotalMib == 0) return long.MaxValue;
        var ofModel = machine.Accelerators.Where(gpu => wanted.Models.Count == 0 || (gpu.Model is not null && wanted.Models.Contains(gpu.Model))).ToList();
        var eligible = ofModel.Where(gpu => gpu.VramMib >= wanted.VramEachMib).OrderByDescending(gpu => gpu.VramMib).ToList();
        var slots = 0;
        int count = 0;
        var vramMib = 0L;
        foreach (var gpu in eligible)
        {
            count++;
            vramMib += gpu.VramMib;
            if (count < wanted.AcceleratorCount || vramMib < wanted.VramTotalMib) continue;
            slots++;
            (count, vramMib) = (0, 0);
        }

        if (slots > 0) return slots;
        if (ofModel.Count == 0)
        {
            var found = machine.Accelerators.Count == 0 ? "none" : string.Join(", ", machine.Accelerators.GroupBy(gpu => gpu.Name).Select(same => $"{same.Count()} x {same.Key}"));
            failures.Add(new FitFailure("accelerator model", wanted.Models.Count == 0 ? "any" : string.Join(" or ", wanted.Models), found));
        }
        else if (eligible.Count == 0) failures.Add(new FitFailure("memory of each accelerator", Show(wanted.VramEachMib, " MiB"), Show(ofModel.Max(gpu => gpu.VramMib), " MiB")));
        else if (eligible.Count < wanted.AcceleratorCount) failures.Add(new FitFailure("accelerators", Show(wanted.AcceleratorCount, ""), Show(eligible.Count, "")));
        else failures.Add(new FitFailure("memory of all accelerators", Show(wanted.VramTotalMib, " MiB"), Show(eligible.Sum(gpu => gpu.VramMib), " MiB")));
        return 0;
    }

    private static void CheckLink(ProfileAttributes wanted, MachineInventory machine, List<FitFailure> failures)
    {
        if (machine.Interconnect >= wanted.Interconnect || wanted.Fabrics.Intersect(machine.Fabrics).Any()) return;
        failures.Add(new FitFailure("interconnect", Links(wanted), Links(machine)));
    }

    internal static string Links(ProfileAttributes wanted) => string.Join(" or ", [wanted.Interconnect.Name(), .. wanted.Fabrics.Select(fabric => fabric.Name())]);

    internal static string Links(MachineInventory machine) => string.Join(" and ", [machine.Interconnect == Interconnect.Any ? "none" : machine.Interconnect.Name(), .. machine.Fabrics.Select(fabric => fabric.Name())]);

    private static long Share(string requirement, long wanted, long found, string unit, List<FitFailure> failures)
    {
        if (wanted == 0) return long.MaxValue;
        if (found < wanted) failures.Add(new FitFailure(requirement, Show(wanted, unit), Show(found, unit)));
        return found / wanted;
    }

    private static string Show(long value, string unit) => string.Create(CultureInfo.InvariantCulture, $"{value:N0}{unit}");
}
