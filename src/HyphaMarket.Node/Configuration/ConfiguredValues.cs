using System.Globalization;
using Microsoft.Extensions.Logging;

using HyphaMarket.Node.Hosting;

namespace HyphaMarket.Node.Configuration;

/// <summary>The layers joined: of each key the value of the highest layer that sets it. Reads values by type and gathers what cannot be read.</summary>
internal sealed class ConfiguredValues(IReadOnlyList<ConfigurationLayer> layers, ICollection<Problem> problems)
{
    /// <summary>Where the value of a key comes from; <c>defaults</c> where no layer sets it.</summary>
    public string Origin(string key) => layers.LastOrDefault(layer => layer.Values.ContainsKey(key))?.Origin ?? "defaults";

    public string Text(string key, string fallback) => Single(key) ?? fallback;

    public string? OptionalText(string key, string? fallback) => Single(key) is { } text ? (text.Length == 0 ? null : text) : fallback;

    public IReadOnlyList<string> List(string key, IReadOnlyList<string> fallback) => Find(key) ?? fallback;

    public long Number(string key, long fallback) =>
        Read(key, fallback, "a whole number", text => long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value) ? value : null);

    public int Count(string key, int fallback) =>
        Read(key, fallback, "a whole number", text => int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value) ? value : null);

    public int? OptionalCount(string key, int? fallback) => Single(key) is null ? fallback : Count(key, fallback ?? 0);

    public bool Flag(string key, bool fallback) =>
        Read(key, fallback, "true or false", text => bool.TryParse(text, out var value) ? value : null);

    public TimeSpan Duration(string key, TimeSpan fallback) =>
        Read(key, fallback, "a length of time such as 90s, 5m or 1h30m", text => DurationText.TryParse(text, out var value) ? value : null);

    public long Money(string key, long fallback) =>
        Read(key, fallback, "an amount such as 0.012 (credits) or \"12000 micros\"", text => CreditText.TryParse(text, out var value) ? value : null);

    public LogLevel Level(string key, LogLevel fallback) =>
        Read(key, fallback, "one of trace, debug, information, warning, error, critical, none",
            text => Enum.TryParse<LogLevel>(text, ignoreCase: true, out var value) && !char.IsDigit(text[0]) ? value : null);

    /// <summary>One of an enumeration's names, in any case.</summary>
    public T Choice<T>(string key, T fallback) where T : struct, Enum
    {
        var names = Enum.GetNames<T>().Select(name => name.ToLowerInvariant()).ToList();
        return Read(key, fallback, $"one of {string.Join(", ", names)}", text => names.IndexOf(text.ToLowerInvariant()) is >= 0 and var at ? Enum.GetValues<T>()[at] : null);
    }

    public NodeRoles Roles(string key, NodeRoles fallback)
    {
        if (Find(key) is not { } names) return fallback;
        var roles = NodeRoles.None;
        foreach (var name in names)
        {
            if (Enum.TryParse<NodeRoles>(name, ignoreCase: true, out var role) && !char.IsDigit(name[0]))
            {
                roles |= role;
            }
            else
            {
                var nearest = EditDistance.Nearest(name, Enum.GetNames<NodeRoles>().Where(known => known != nameof(NodeRoles.None)));
                Complain(key, name, nearest is null ? "broker, worker or scheduler" : $"broker, worker or scheduler; did you mean \"{nearest.ToLowerInvariant()}\"?");
            }
        }
        return roles;
    }

    public IReadOnlyList<int> Ports(string key, IReadOnlyList<int> fallback)
    {
        if (Find(key) is not { } texts) return fallback;
        var ports = new SortedSet<int>();
        foreach (var text in texts)
        {
            if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port is > 0 and <= ushort.MaxValue) ports.Add(port);
            else Complain(key, text, "a TCP port from 1 to 65535");
        }
        return [.. ports];
    }

    private IReadOnlyList<string>? Find(string key) => layers.LastOrDefault(layer => layer.Values.ContainsKey(key))?.Values[key];

    private string? Single(string key)
    {
        if (Find(key) is not { } values) return null;
        if (values.Count == 1) return values[0];
        Complain(key, string.Join(",", values), "one value, not a list");
        return null;
    }

    private T Read<T>(string key, T fallback, string wanted, Func<string, T?> parse) where T : struct
    {
        if (Single(key) is not { } text) return fallback;
        if (text.Length > 0 && parse(text) is { } value) return value;
        Complain(key, text, wanted);
        return fallback;
    }

    private void Complain(string key, string text, string wanted) =>
        problems.Add(new Problem("bad-value", $"The value \"{text}\" of \"{key}\" cannot be read.", $"It was set by {Origin(key)}.", $"Give {wanted}."));
}
