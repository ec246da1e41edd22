using System.Globalization;
using System.Text.Json;

using HyphaMarket.Node.Hosting;
using HyphaMarket.Wire.Messages;

namespace HyphaMarket.Node.Configuration;

/// <summary>Which JSON key holds which network parameter.</summary>
internal static class NetworkFields
{
    private sealed record Field(string Key, Func<JsonElement, NetworkParameters, bool> Read, Action<Utf8JsonWriter, NetworkParameters> Write);

    private static readonly Field[] All =
    [
        Text("name", p => p.Name, (p, v) => p.Name = v),
        new("genesis", ReadGenesis, (w, p) => w.WriteString("genesis", DateTimeOffset.FromUnixTimeMilliseconds(p.GenesisUnixMs).ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture))),
        Number("slotLengthMs", p => p.SlotLengthMs, (p, v) => p.SlotLengthMs = v),
        Number("networkBoundMs", p => p.NetworkBoundMs, (p, v) => p.NetworkBoundMs = v),
        Number("clockBoundMs", p => p.ClockBoundMs, (p, v) => p.ClockBoundMs = v),
        Count("activationPairs", p => p.ActivationPairs, (p, v) => p.ActivationPairs = v),
        Number("epochLengthMs", p => p.EpochLengthMs, (p, v) => p.EpochLengthMs = v),
        Count("brokerFloor", p => p.BrokerFloor, (p, v) => p.BrokerFloor = v),
        Count("brokerCap", p => p.BrokerCap, (p, v) => p.BrokerCap = v),
        Count("bookDepth", p => p.BookDepth, (p, v) => p.BookDepth = v),
        Count("openOffers", p => p.OpenOffers, (p, v) => p.OpenOffers = v),
        Count("largestOpenUnits", p => p.LargestOpenUnits, (p, v) => p.LargestOpenUnits = v),
        Number("ttlCapMs", p => p.TtlCapMs, (p, v) => p.TtlCapMs = v),
        Count("workBits", p => p.WorkBits, (p, v) => p.WorkBits = v),
        Text("spotClearingRule", p => p.SpotClearingRule, (p, v) => p.SpotClearingRule = v),
        Text("kademliaPrefix", p => p.KademliaPrefix, (p, v) => p.KademliaPrefix = v),
    ];

    /// <summary>Name, genesis and slot length must be given, for they tell networks apart; the rest has defaults.</summary>
    private static readonly string[] Required = ["name", "genesis", "slotLengthMs"];

    public static NetworkParameters Read(JsonElement root, string source, List<Problem> problems)
    {
        var slotLength = root.TryGetProperty("slotLengthMs", out var given) && given.TryGetInt64Safe(out var ms) && ms is > 0 and <= 3_600_000 ? ms : 2_000;
        var parameters = NetworkDocument.Defaults("", DateTimeOffset.UnixEpoch, TimeSpan.FromMilliseconds(slotLength));
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var property in root.EnumerateObject())
        {
            var field = All.FirstOrDefault(candidate => candidate.Key == property.Name);
            if (field is null)
            {
                var nearest = EditDistance.Nearest(property.Name, All.Select(candidate => candidate.Key));
                problems.Add(new Problem("unknown-key", $"The key \"{property.Name}\" in {source} is unknown.", "Nodes that read it differently would form two networks.",
                    nearest is null ? $"Remove it; the keys are: {string.Join(", ", All.Select(candidate => candidate.Key))}." : $"Did you mean \"{nearest}\"?"));
            }
            else if (!seen.Add(property.Name))
            {
                problems.Add(new Problem("bad-network", $"The key \"{property.Name}\" is given twice in {source}.", "Nobody can tell which value holds.", "Remove one."));
            }
            else if (!field.Read(property.Value, parameters))
            {
                problems.Add(new Problem("bad-value", $"The value {property.Value.GetRawText()} of \"{property.Name}\" in {source} cannot be read.", "It has the wrong type or is out of range.",
                    property.Name == "genesis" ? "Give a time as in \"2026-01-01T00:00:00.000Z\"." : "Give a value as in the built-in networks."));
            }
        }
        foreach (var key in Required.Where(key => !seen.Contains(key)))
        {
            problems.Add(new Problem("bad-network", $"The key \"{key}\" is missing in {source}.", "It tells networks apart.", "Take the document from whoever runs the network, unchanged."));
        }
        return parameters;
    }

    public static void Write(Utf8JsonWriter writer, NetworkParameters parameters)
    {
        writer.WriteStartObject();
        foreach (var field in All) field.Write(writer, parameters);
        writer.WriteEndObject();
    }

    private static bool ReadGenesis(JsonElement value, NetworkParameters parameters)
    {
        if (value.ValueKind != JsonValueKind.String || !value.TryGetDateTimeOffset(out var genesis)) return false;
        parameters.GenesisUnixMs = genesis.ToUnixTimeMilliseconds();
        return true;
    }

    private static Field Text(string key, Func<NetworkParameters, string> get, Action<NetworkParameters, string> set) =>
        new(key, (value, p) =>
        {
            if (value.ValueKind != JsonValueKind.String) return false;
            set(p, value.GetString()!);
            return true;
        }, (w, p) => w.WriteString(key, get(p)));

    private static Field Number(string key, Func<NetworkParameters, long> get, Action<NetworkParameters, long> set) =>
        new(key, (value, p) =>
        {
            if (!value.TryGetInt64Safe(out var number)) return false;
            set(p, number);
            return true;
        }, (w, p) => w.WriteNumber(key, get(p)));

    private static Field Count(string key, Func<NetworkParameters, uint> get, Action<NetworkParameters, uint> set) =>
        new(key, (value, p) =>
        {
            if (!value.TryGetInt64Safe(out var number) || number is < 0 or > uint.MaxValue) return false;
            set(p, (uint)number);
            return true;
        }, (w, p) => w.WriteNumber(key, get(p)));

    /// <summary>As TryGetInt64, but false and no exception for a value that is no number at all.</summary>
    private static bool TryGetInt64Safe(this JsonElement element, out long value)
    {
        value = 0;
        return element.ValueKind == JsonValueKind.Number && element.TryGetInt64(out value);
    }
}
