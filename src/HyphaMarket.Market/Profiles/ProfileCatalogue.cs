using System.Diagnostics.CodeAnalysis;
using HyphaMarket.Market.Ids;

namespace HyphaMarket.Market.Profiles;

/// <summary>The profiles that a node knows by name, from small to large, and the accelerator models they speak of.</summary>
/// <remarks>Additive data with its own version, not part of the network id: a profile that a node does not know is only a market that it does not serve.</remarks>
public sealed partial class ProfileCatalogue
{
    private static readonly Lazy<ProfileCatalogue> LazyBuiltIn = new(CatalogueJson.ReadBuiltIn);
    private readonly Dictionary<string, ComputeProfile> _bySlug;
    private readonly Dictionary<ProfileId, ComputeProfile> _byId;

    /// <param name="version">Of the data; at least 1.</param>
    /// <param name="profiles">Ranks, names and requirements must be unique.</param>
    /// <exception cref="ArgumentException">Two profiles share a rank, a name or a requirement, or one has a field that no profile may have so.</exception>
    public ProfileCatalogue(int version, IEnumerable<ComputeProfile> profiles, IEnumerable<AcceleratorModel> models)
    {
        Version = version;
        Profiles = [.. profiles.OrderBy(profile => profile.Rank)];
        Models = [.. models];
        foreach (var profile in Profiles)
        {
            if (profile.Requirement.Problem() is { } problem) throw new ArgumentException($"Profile \"{profile.Name}\": {problem}", nameof(profiles));
            if (profile.Requirement.Models.FirstOrDefault(model => Models.All(known => known.Id != model)) is { } unknown) throw new ArgumentException($"Profile \"{profile.Name}\" names model \"{unknown}\", which the catalogue does not describe.", nameof(profiles));
        }

        if (Profiles.DistinctBy(profile => profile.Rank).Count() != Profiles.Count) throw new ArgumentException("Two profiles have one rank.", nameof(profiles));
        _bySlug = Profiles.ToDictionary(profile => profile.Slug);
        _byId = Profiles.ToDictionary(profile => profile.Id);
    }

    /// <summary>The RFC's Appendix A: the ten profiles that ship with the program.</summary>
    public static ProfileCatalogue BuiltIn => LazyBuiltIn.Value;

    public int Version { get; }

    /// <summary>By rank, the smallest first.</summary>
    public IReadOnlyList<ComputeProfile> Profiles { get; }

    public IReadOnlyList<AcceleratorModel> Models { get; }

    /// <summary>Reads a catalogue from its JSON text.</summary>
    /// <exception cref="FormatException">The sentence says what is wrong and where.</exception>
    public static ProfileCatalogue Parse(string json) => CatalogueJson.Parse(json);

    public ComputeProfile? Find(ProfileId id) => _byId.GetValueOrDefault(id);

    /// <summary>The profile whose spot market this is, or null.</summary>
    public ComputeProfile? Find(MarketId market) => Find(new ProfileId(market.Value));

    /// <summary>Looks a profile up by name, however spelt (<c>Discovery Alpha</c>, <c>discovery-alpha</c>), or by its id in hexadecimal.</summary>
    /// <param name="problem">Null, or a sentence that says what is unknown and what may have been meant.</param>
    public bool TryFind(string nameOrId, [NotNullWhen(true)] out ComputeProfile? profile, [NotNullWhen(false)] out string? problem)
    {
        problem = null;
        if (_bySlug.TryGetValue(ProfileNames.Slug(nameOrId), out profile)) return true;
        if (ProfileId.TryParse(nameOrId, out var id) && _byId.TryGetValue(id, out profile)) return true;
        var shown = nameOrId.Length <= 64 ? nameOrId : string.Concat(nameOrId.AsSpan(0, 64), "...");
        var meant = Suggest(nameOrId);
        problem = meant.Count > 0
            ? $"No profile is called \"{shown}\". Did you mean {string.Join(" or ", meant)}?"
            : $"No profile is called \"{shown}\". Known are {string.Join(", ", Profiles.Select(known => known.Slug))}.";
        return false;
    }

    /// <summary>The model that a product name tells, or null: of several the longest, so that an H100 NVL is no H100.</summary>
    /// <param name="vendor"><c>nvidia</c> or <c>amd</c>.</param>
    /// <param name="productName">As a tool shows it: <c>Tesla V100-SXM2-16GB</c>.</param>
    public AcceleratorModel? ModelOf(string vendor, string productName)
    {
        var words = $"-{ProfileNames.Slug(productName)}-";
        return Models
            .Where(model => model.Vendor == vendor)
            .SelectMany(model => model.ShownAs.Select(shown => (Model: model, Words: $"-{ProfileNames.Slug(shown)}-")))
            .Where(candidate => words.Contains(candidate.Words, StringComparison.Ordinal))
            .OrderByDescending(candidate => candidate.Words.Length)
            .FirstOrDefault().Model;
    }

    /// <summary>The slugs nearest to what was typed, at most three; none where nothing is near.</summary>
    public IReadOnlyList<string> Suggest(string typed)
    {
        var slug = ProfileNames.Slug(typed.Length <= 64 ? typed : typed[..64]);
        if (slug.Length == 0) return [];
        // A third of the letters may be wrong; a part of a name ("delta") names it as well.
        var reach = Math.Max(1, slug.Length / 3);
        return
        [
            .. Profiles
                .Select(profile => (profile.Slug, Distance: profile.Slug.Split('-').Contains(slug) ? 0 : ProfileNames.EditDistance(slug, profile.Slug)))
                .Where(candidate => candidate.Distance <= reach)
                .OrderBy(candidate => candidate.Distance)
                .ThenBy(candidate => candidate.Slug, StringComparer.Ordinal)
                .Take(3)
                .Select(candidate => candidate.Slug),
        ];
    }
}
