using System.Collections;
using Microsoft.Extensions.Configuration;

using HyphaMarket.Node.Hosting;

namespace HyphaMarket.Node.Configuration;

/// <summary>Where the layers come from, lowest first: defaults, system file, user file, environment, command line.</summary>
public sealed record ConfigurationSources
{
    public const string SystemFilePath = "/etc/hypha-market/config.json";
    public const string EnvironmentPrefix = "HYPHAMARKET_";

    /// <summary>Names another system file, for tests and for daemons that must not read the machine's.</summary>
    public const string SystemFileVariable = "HYPHAMARKET_SYSTEM_CONFIG";

    public required string DataDirectory { get; init; }

    /// <summary>Read where it exists.</summary>
    public string SystemFile { get; init; } = SystemFilePath;

    /// <summary>Names and values of the process environment; names without the prefix are ignored.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();

    /// <summary>Values given as flags, by configuration key.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<string>> Flags { get; init; } = new Dictionary<string, IReadOnlyList<string>>();

    /// <summary>The environment of this process.</summary>
    public static IReadOnlyDictionary<string, string> ProcessEnvironment() =>
        System.Environment.GetEnvironmentVariables().Cast<DictionaryEntry>()
            .ToDictionary(entry => (string)entry.Key, entry => (string?)entry.Value ?? "", StringComparer.Ordinal);

    /// <summary>Takes all configuration out of the environment of a process that is to be started: what is set for a node of the user's own must not reach another.</summary>
    public static void Clear(IDictionary<string, string?> environment)
    {
        ArgumentNullException.ThrowIfNull(environment);
        foreach (var name in environment.Keys.Where(name => name.StartsWith(EnvironmentPrefix, StringComparison.OrdinalIgnoreCase)).ToList()) environment.Remove(name);
        environment[SystemFileVariable] = "/dev/null/none";
    }

    /// <summary>Reads every source; the list starts with the lowest layer.</summary>
    public IReadOnlyList<ConfigurationLayer> ReadLayers(ICollection<Problem> problems)
    {
        ArgumentNullException.ThrowIfNull(problems);
        var layers = new List<ConfigurationLayer>();
        foreach (var file in new[] { SystemFile, Path.Combine(DataDirectory, "config.json") })
        {
            if (ReadFile(file, problems) is { } layer) layers.Add(layer);
        }
        layers.Add(ReadEnvironment(problems));
        layers.Add(new ConfigurationLayer("command line", Flags));
        return layers;
    }

    private static ConfigurationLayer? ReadFile(string path, ICollection<Problem> problems)
    {
        if (!File.Exists(path)) return null;
        try
        {
            using var stream = File.OpenRead(path);
            var source = new ConfigurationBuilder().AddJsonStream(stream).Build();
            return ConfigurationLayer.From(path, source, key => key, problems);
        }
        catch (Exception e) when (e is FormatException or InvalidDataException or System.Text.Json.JsonException)
        {
            var detail = (e.InnerException ?? e).Message;
            problems.Add(new Problem("bad-json", $"The file {path} is not valid JSON.", detail, "Mend that place; comments and trailing commas are allowed."));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            problems.Add(new Problem("unreadable-configuration", $"The file {path} cannot be read.", e.Message, "Let the node's user read it, or remove it."));
        }
        return null;
    }

    private ConfigurationLayer ReadEnvironment(ICollection<Problem> problems)
    {
        var ours = Environment
            .Where(pair => pair.Key.StartsWith(EnvironmentPrefix, StringComparison.OrdinalIgnoreCase))
            .Select(pair => KeyValuePair.Create(pair.Key[EnvironmentPrefix.Length..], (string?)pair.Value))
            .Where(pair => !ConfigurationKeys.ReservedEnvironment.Contains(pair.Key));
        // A name such as WORKER_FLOOR_PRICE needs no double underscore: nesting does not count when a key is looked up.
        var source = new ConfigurationBuilder().AddInMemoryCollection(ours).Build();
        return ConfigurationLayer.From("the environment", source, EnvironmentName, problems);
    }

    /// <summary>How the environment spells a key: <c>worker.floorPrice</c> is <c>HYPHAMARKET_WORKER_FLOOR_PRICE</c>.</summary>
    public static string EnvironmentName(string key)
    {
        ArgumentNullException.ThrowIfNull(key);
        var words = string.Concat(key.Select((c, i) => c == '.' ? "_" : char.IsUpper(c) && i > 0 && char.IsLower(key[i - 1]) ? "_" + c : c.ToString()));
        return EnvironmentPrefix + words.ToUpperInvariant();
    }
}
