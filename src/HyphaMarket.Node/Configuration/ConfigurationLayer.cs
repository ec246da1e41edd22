using Microsoft.Extensions.Configuration;

using HyphaMarket.Node.Hosting;

namespace HyphaMarket.Node.Configuration;

/// <summary>The values of one source by key. A later layer replaces a key's value whole: lists of two layers are never mixed.</summary>
/// <param name="Origin">Where the values come from, for people: a path, <c>environment</c>, <c>command line</c>.</param>
/// <param name="Values">By the spelling in <see cref="ConfigurationKeys"/>; a list's items in order, one item for other keys.</param>
public sealed record ConfigurationLayer(string Origin, IReadOnlyDictionary<string, IReadOnlyList<string>> Values)
{
    /// <summary>Reads what a source holds and tells every key it does not know.</summary>
    /// <param name="spell">How the source spells a key, for the hint.</param>
    public static ConfigurationLayer From(string origin, IConfiguration source, Func<string, string> spell, ICollection<Problem> problems)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(spell);
        ArgumentNullException.ThrowIfNull(problems);
        var values = new SortedDictionary<string, IReadOnlyList<string>>(StringComparer.Ordinal);
        foreach (var section in source.GetChildren()) Collect(section, "");
        return new ConfigurationLayer(origin, values);

        void Collect(IConfigurationSection section, string parent)
        {
            var path = parent.Length == 0 ? section.Key : parent + "." + section.Key;
            var children = section.GetChildren().ToList();
            var key = ConfigurationKeys.Find(path);
            var isList = children.Count > 0 && children.All(child => int.TryParse(child.Key, out _));
            if (key is not null && (children.Count == 0 || isList))
            {
                values[key] = isList ? children.OrderBy(child => int.Parse(child.Key, System.Globalization.CultureInfo.InvariantCulture)).Select(child => child.Value ?? "").ToList()
                    : ConfigurationKeys.Lists.Contains(key) ? SplitList(section.Value)
                    : [section.Value ?? ""];
            }
            else if (children.Count > 0 && !isList && key is null)
            {
                foreach (var child in children) Collect(child, path);
            }
            else
            {
                problems.Add(UnknownKey(origin, path, spell));
            }
        }
    }

    /// <summary>A list in one value: items separated by commas.</summary>
    public static IReadOnlyList<string> SplitList(string? value) =>
        (value ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);

    private static Problem UnknownKey(string origin, string path, Func<string, string> spell)
    {
        var nearest = EditDistance.Nearest(path, ConfigurationKeys.All);
        // A known leaf in the wrong section is as common as a slip: `floorPrice` at the top instead of in `worker`.
        nearest ??= EditDistance.Nearest(path[(path.LastIndexOf('.') + 1)..], ConfigurationKeys.All.Select(key => key[(key.LastIndexOf('.') + 1)..])) is { } leaf
            ? ConfigurationKeys.All.First(key => key == leaf || key.EndsWith("." + leaf, StringComparison.Ordinal))
            : null;
        return new Problem(
            "unknown-key",
            $"The key \"{spell(path)}\" in {origin} is unknown.",
            "An unknown key would be ignored, and the node would run otherwise than you meant.",
            nearest is null ? $"Remove it; the keys are: {string.Join(", ", ConfigurationKeys.All)}." : $"Did you mean \"{spell(nearest)}\"?");
    }
}
