using System.Globalization;

using HyphaMarket.Market.Profiles;
using HyphaMarket.Node.Api.Contracts;

namespace HyphaMarket.Node.Api.Services;

/// <summary>The profiles of a catalogue, as the API shows them.</summary>
public sealed class CatalogueProfileService(ProfileCatalogue catalogue) : IProfileService
{
    /// <summary>The catalogue that the program carries; needs no daemon.</summary>
    public static CatalogueProfileService BuiltIn { get; } = new(ProfileCatalogue.BuiltIn);

    private readonly IReadOnlyList<ProfileView> _profiles = [.. catalogue.Profiles.Select(View)];

    public IReadOnlyList<ProfileView> List() => _profiles;

    public ProfileView Get(string nameOrId) =>
        catalogue.TryFind(nameOrId, out var profile, out var problem) ? View(profile) : throw new ApiException(ApiFailure.NotFound, "unknown-profile", problem, "See `hypha-market profile ls`.");

    private static ProfileView View(ComputeProfile profile)
    {
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
        };
        return new ProfileView
        {
            Name = profile.Name,
            Slug = profile.Slug,
            Market = profile.Id.ToString(),
            Rank = profile.Rank,
            Summary = $"{profile.Printed.GpuQuantity} x {profile.Printed.GpuType}, {profile.Printed.CpuCores} cores, {profile.Printed.SystemMemory}",
            Requirements = requirements,
        };
    }

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
