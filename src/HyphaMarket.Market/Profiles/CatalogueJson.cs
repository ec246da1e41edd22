using System.Text.Json;

namespace HyphaMarket.Market.Profiles;

/// <summary>Reads the catalogue's JSON strictly: an unknown, missing or misspelt field is an error, not a default that would change a profile's id.</summary>
internal static class CatalogueJson
{
    private static readonly JsonSerializerOptions Strict = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        UnmappedMemberHandling = System.Text.Json.Serialization.JsonUnmappedMemberHandling.Disallow,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
    };

    /// <summary>As strict, with comments: people write documents.</summary>
    private static readonly JsonSerializerOptions Commented = new(Strict) { ReadCommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true };

    /// <exception cref="InvalidOperationException">The program was built without its catalogue.</exception>
    public static ProfileCatalogue ReadBuiltIn()
    {
        using var stream = typeof(CatalogueJson).Assembly.GetManifestResourceStream("HyphaMarket.Market.Profiles.catalogue.json")
            ?? throw new InvalidOperationException("The profile catalogue is missing from the program.");
        using var reader = new StreamReader(stream);
        return Parse(reader.ReadToEnd());
    }

    /// <exception cref="FormatException">The sentence says what is wrong and where.</exception>
    public static ProfileCatalogue Parse(string json)
    {
        try
        {
            var file = JsonSerializer.Deserialize<CatalogueFile>(json, Strict) ?? throw new FormatException("The profile catalogue is empty.");
            return new ProfileCatalogue(file.Version, file.Profiles.Select(ToProfile), file.Models);
        }
        catch (Exception error) when (error is JsonException or ArgumentException)
        {
            throw new FormatException($"The profile catalogue cannot be read: {error.Message}", error);
        }
    }

    /// <exception cref="FormatException">The sentence says what is wrong and where.</exception>
    public static ProfileDocument ParseDocument(string json)
    {
        try
        {
            var file = JsonSerializer.Deserialize<DocumentFile>(json, Commented) ?? throw new FormatException("The profile is empty.");
            return new ProfileDocument(file.Name, ToAttributes(file.Name, file.Requirement), file.Models ?? [], file.Note ?? "");
        }
        catch (JsonException error)
        {
            throw new FormatException($"The profile cannot be read: {error.Message}", error);
        }
    }

    private static ComputeProfile ToProfile(ProfileEntry entry) => new(entry.Name, entry.Rank, ToAttributes(entry.Name, entry.Requirement), entry.Printed, entry.Note);

    private static ProfileAttributes ToAttributes(string name, RequirementEntry requirement)
    {
        return new ProfileAttributes
        {
            AcceleratorCount = requirement.AcceleratorCount,
            VramEachMib = requirement.VramEachMib,
            VramTotalMib = requirement.VramTotalMib,
            Models = requirement.Models,
            Interconnect = EnumNames.TryParse(requirement.Interconnect, out Interconnect link) ? link : throw Unknown("interconnect", requirement.Interconnect),
            Fabrics = [.. requirement.Fabrics.Select(name => EnumNames.TryParse(name, out Fabric fabric) ? fabric : throw Unknown("fabric", name))],
            CpuArchitectures = [.. requirement.CpuArchitectures.Select(name => EnumNames.TryParse(name, out CpuArchitecture architecture) ? architecture : throw Unknown("CPU architecture", name))],
            CpuCores = requirement.CpuCores,
            MemoryMib = requirement.MemoryMib,
            DiskClass = EnumNames.TryParse(requirement.DiskClass, out DiskClass diskClass) ? diskClass : throw Unknown("disk class", requirement.DiskClass),
            DiskMib = requirement.DiskMib,
            NetworkMbitS = requirement.NetworkMbitS,
            TimeUnit = EnumNames.TryParse(requirement.TimeUnit, out TimeUnit unit) ? unit : throw Unknown("time unit", requirement.TimeUnit),
        };

        FormatException Unknown(string what, string text) => new($"Profile \"{name}\" has the unknown {what} \"{text}\".");
    }

    private sealed record CatalogueFile(int Version, string About, IReadOnlyList<AcceleratorModel> Models, IReadOnlyList<ProfileEntry> Profiles);

    private sealed record DocumentFile(string Name, RequirementEntry Requirement, IReadOnlyList<AcceleratorModel>? Models = null, string? Note = null);

    private sealed record ProfileEntry(string Name, int Rank, PrintedRow Printed, RequirementEntry Requirement, string Note);

    private sealed record RequirementEntry(
        int AcceleratorCount,
        long VramEachMib,
        long VramTotalMib,
        IReadOnlyList<string> Models,
        string Interconnect,
        IReadOnlyList<string> Fabrics,
        IReadOnlyList<string> CpuArchitectures,
        int CpuCores,
        long MemoryMib,
        string DiskClass,
        long DiskMib,
        long NetworkMbitS,
        string TimeUnit);
}
