using System.Globalization;

using HyphaMarket.Market.Profiles;
using HyphaMarket.Node.Api.Contracts;
using HyphaMarket.Node.Configuration;

namespace HyphaMarket.Node.Api.Services;

/// <summary>The profiles of a catalogue, as the API shows them.</summary>
public sealed class CatalogueProfileService(ProfileCatalogue catalogue) : IProfileService
{
    private readonly IReadOnlyList<ProfileView> _profiles = [.. catalogue.Profiles.Select(ViewOf)];

    public IReadOnlyList<ProfileView> List() => _profiles;

    public ProfileView Get(string nameOrId) =>
        catalogue.TryFind(nameOrId, out var profile, out var problem) ? ViewOf(profile) : throw new ApiException(ApiFailure.NotFound, "unknown-profile", problem, CatalogueFiles.Hint);

    /// <summary>One profile, whether or not a catalogue has it.</summary>
    public static ProfileView ViewOf(ComputeProfile profile)
    {
        ArgumentNullException.ThrowIfNull(profile);
        var wanted = profile.Requirement;
        var requirements = new SortedDictionary<string, string>(StringComparer.Ordinal)
        {
            ["accelerators"] = Text(wanted.AcceleratorCount),
            ["vram_each_mib"] = Text(wanted.VramEachMib),
            ["vram_total_mib"] = Text(wanted.VramTotalMib),
            ["models"] = wanted.Models.Count == 0 ? "any" : string.Join(", ", wanted.Models),
            ["interconnect"] = wanted.Interconnect.ToString(),
            ["fabrics"] = wanted.Fabrics.Count == 0 ? "none" : string.Join(", ", wanted.Fabrics),
            ["cpu_architectures"] = wanted.CpuArchitectures.Count == 0 ? "any" : string.Join(", ", wanted.CpuArchitectures),
            ["cpu_cores"] = Text(wanted.CpuCores),
            ["memory_mib"] = Text(wanted.MemoryMib),
            ["disk_class"] = wanted.DiskClass.ToString(),
            ["disk_mib"] = Text(wanted.DiskMib),
            ["network_mbit_s"] = wanted.NetworkMbitS == 0 ? "any" : Text(wanted.NetworkMbitS),
            ["time_unit"] = wanted.TimeUnit.ToString(),
        };
        return new ProfileView
        {
            Name = profile.Name,
            Slug = profile.Slug,
            Market = profile.Id.ToString(),
            Rank = profile.Rank,
            Added = profile.IsAdded,
            Summary = wanted.AcceleratorCount == 0 ? $"{profile.Printed.CpuCores} cores, {profile.Printed.SystemMemory}" : $"{profile.Printed.GpuQuantity} x {profile.Printed.GpuType}, {profile.Printed.CpuCores} cores, {profile.Printed.SystemMemory}",
            Requirements = requirements,
        };
    }

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
