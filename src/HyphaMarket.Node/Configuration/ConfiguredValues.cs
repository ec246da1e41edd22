using System.Globalization;
using Microsoft.Extensions.Logging;

using HyphaMarket.Node.Hosting;

namespace HyphaMarket.Node.Configuration;

/// <summary>The layers joined: of each key the value of the highest layer that sets it. Reads values by type and gathers what cannot be read.</summary>
internal sealed class ConfiguredValues(IReadOnlyList<ConfigurationLayer> layers, ICollection<Problem> problems)
{
    private readonly Dictionary<string, string> _shown = new(StringComparer.Ordinal);

    /// <summary>Every key that was read, in order, with the value that holds as an operator would write it, and where it comes from.</summary>
    public IReadOnlyList<ConfiguredValue> Shown => [.. _shown.Select(value => new ConfiguredValue(value.Key, value.Value, Origin(value.Key)))];

    /// <summary>Where the value of a key comes from; <c>defaults</c> where no layer sets it.</summary>
    public string Origin(string key) => layers.LastOrDefault(layer => layer.Values.ContainsKey(key))?.Origin ?? "defaults";

    public string Text(string key, string fallback) => Show(key, Single(key) ?? fallback, text => text);

    public string? OptionalText(string key, string? fallback) => Show(key, Single(key) is { } text ? (text.Length == 0 ? null : text) : fallback, text => text ?? "");

    /// <summary>A database's connection string. A password in it is refused later, and shown nowhere.</summary>
    public string? ConnectionText(string key, string? fallback) =>
        Show(key, Single(key, isSecret: true) is { } text ? (text.Length == 0 ? null : text) : fallback, text => text is null ? "" : Configuration.ConnectionText.Redact(text));

    public IReadOnlyList<string> List(string key, IReadOnlyList<string> fallback) => Show(key, Find(key) ?? fallback, items => string.Join(",", items));

    public long Number(string key, long fallback) =>
        Read(key, fallback, "a whole number", text => long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value) ? value : null);

    public int Count(string key, int fallback) =>
        Read(key, fallback, "a whole number", text => int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value) ? value : null);

    public int? OptionalCount(string key, int? fallback) => Single(key) is null ? Show(key, fallback, count => count?.ToString(CultureInfo.InvariantCulture) ?? "") : Count(key, fallback ?? 0);

    public bool Flag(string key, bool fallback) =>
        Read(key, fallback, "true or false", text => bool.TryParse(text, out var value) ? value : null, value => value ? "true" : "false");

    public TimeSpan Duration(string key, TimeSpan fallback) =>
        Read(key, fallback, "a length of time such as 90s, 5m or 1h30m", text => DurationText.TryParse(text, out var value) ? value : null, DurationText.Show);

    public long Money(string key, long fallback) =>
        Read(key, fallback, "an amount such as 0.012 (credits) or \"12000 micros\"", text => CreditText.TryParse(text, out var value) ? value : null, CreditText.Amount);

    public LogLevel Level(string key, LogLevel fallback) =>
        Read(key, fallback, "one of trace, debug, information, warning, error, critical, none",
            text => Enum.TryParse<LogLevel>(text, ignoreCase: true, out var value) && !char.IsDigit(text[0]) ? value : null, value => value.ToString().ToLowerInvariant());

    /// <summary>One of an enumeration's names, in any case.</summary>
    public T Choice<T>(string key, T fallback) where T : struct, Enum
    {
        var names = Enum.GetNames<T>().Select(name => name.ToLowerInvariant()).ToList();
        return Read(key, fallback, $"one of {string.Join(", ", names)}", text => names.IndexOf(text.ToLowerInvariant()) is >= 0 and var at ? Enum.GetValues<T>()[at] : null, value => value.ToString().ToLowerInvariant());
    }

    public NodeRoles Roles(string key, NodeRoles fallback)
    {
        if (Find(key) is not { } names) return Show(key, fallback, RolesText);
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
        return Show(key, roles, RolesText);
    }

    private static string RolesText(NodeRoles roles) => string.Join(",", Enum.GetValues<NodeRoles>().Where(role => role != NodeRoles.None && roles.HasFlag(role)).Select(role => role.ToString().ToLowerInvariant()));

    public IReadOnlyList<int> Ports(string key, IReadOnlyList<int> fallback)
    {
        if (Find(key) is not { } texts) return Show(key, fallback, PortsText);
        var ports = new SortedSet<int>();
        foreach (var text in texts)
        {
            if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port is > 0 and <= ushort.MaxValue) ports.Add(port);
            else Complain(key, text, "a TCP port from 1 to 65535");
        }
        return Show<IReadOnlyList<int>>(key, [.. ports], PortsText);
    }

    private static string PortsText(IReadOnlyList<int> ports) => string.Join(",", ports.Select(port => port.ToString(CultureInfo.InvariantCulture)));

    private IReadOnlyList<string>? Find(string key) => layers.LastOrDefault(layer => layer.Values.ContainsKey(key))?.Values[key];

    /// <param name="isSecret">A value of it may hold what nobody shall read, so none is repeated.</param>
    private string? Single(string key, bool isSecret = false)
    {
        if (Find(key) is not { } values) return null;
        if (values.Count == 1) return values[0];
        if (isSecret) problems.Add(new Problem("bad-value", $"The value of \"{key}\" cannot be read.", $"It is a list of {values.Count}, and was set by {Origin(key)}.", "Give one value, not a list."));
        else Complain(key, string.Join(",", values), "one value, not a list");
        return null;
    }

    private T Read<T>(string key, T fallback, string wanted, Func<string, T?> parse, Func<T, string>? show = null) where T : struct
    {
        show ??= value => Convert.ToString(value, CultureInfo.InvariantCulture)!;
        if (Single(key) is not { } text) return Show(key, fallback, show);
        if (text.Length > 0 && parse(text) is { } value) return Show(key, value, show);
        Complain(key, text, wanted);
        return Show(key, fallback, show);
    }

    private T Show<T>(string key, T value, Func<T, string> text)
    {
        _shown[key] = text(value);
        return value;
    }

    private void Complain(string key, string text, string wanted) =>
        problems.Add(new Problem("bad-value", $"The value \"{text}\" of \"{key}\" cannot be read.", $"It was set by {Origin(key)}.", $"Give {wanted}."));
}
