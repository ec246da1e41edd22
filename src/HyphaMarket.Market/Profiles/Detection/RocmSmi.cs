using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text.Json;

namespace HyphaMarket.Market.Profiles.Detection;

/// <summary>Reads what <c>rocm-smi</c> prints, as JSON or as CSV; versions differ in the case of their field names.</summary>
public static class RocmSmi
{
    /// <summary>The arguments whose output <see cref="TryParse"/> reads; with <c>--csv</c> in place of <c>--json</c> as well.</summary>
    public const string Arguments = "--showproductname --showmeminfo vram --json";

    private const string Memory = "vram total memory (b)";

    /// <summary>Product names, the best first: on some cards the series is missing or a bare number.</summary>
    private static readonly string[] NameFields = ["card series", "card model", "device name"];

    /// <param name="gpus">Empty where the tool shows none; also when it fails.</param>
    /// <param name="problem">Null, or a sentence about what cannot be read.</param>
    public static bool TryParse(string output, ProfileCatalogue catalogue, out IReadOnlyList<Accelerator> gpus, [NotNullWhen(false)] out string? problem)
    {
        gpus = [];
        problem = null;
        if (string.IsNullOrWhiteSpace(output)) return true;
        // Warnings may stand before the data.
        var json = output.IndexOf('{', StringComparison.Ordinal);
        var csv = output.IndexOf("device,", StringComparison.OrdinalIgnoreCase);
        IReadOnlyList<Dictionary<string, string>>? cards = json >= 0 ? ReadJson(output[json..], out problem) : csv >= 0 ? ReadCsv(output[csv..], out problem) : null;
        if (cards is null)
        {
            problem ??= "rocm-smi printed neither JSON nor CSV.";
            return false;
        }

        var found = new List<Accelerator>();
        foreach (var card in cards)
        {
            var name = NameFields.Select(field => card.GetValueOrDefault(field)).FirstOrDefault(value => value is not null && !value.StartsWith("0x", StringComparison.OrdinalIgnoreCase) && value is not ("N/A" or ""));
            if (name is null || !card.TryGetValue(Memory, out var bytes) || !long.TryParse(bytes, NumberStyles.None, CultureInfo.InvariantCulture, out var value) || value < 1L << 20)
            {
                problem = $"rocm-smi printed no product name or no \"VRAM Total Memory (B)\" for {card.GetValueOrDefault("device", "a card")}.";
                return false;
            }

            found.Add(new Accelerator("amd", name, catalogue.ModelOf("amd", name)?.Id, value >> 20));
        }

        gpus = found;
        return true;
    }

    private static List<Dictionary<string, string>>? ReadJson(string json, out string? problem)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            problem = null;
            return
            [
                .. document.RootElement.EnumerateObject()
                    .Where(property => property.Name.StartsWith("card", StringComparison.Ordinal) && property.Value.ValueKind == JsonValueKind.Object)
                    .Select(property => property.Value.EnumerateObject()
                        .Where(field => field.Value.ValueKind is JsonValueKind.String or JsonValueKind.Number)
                        .DistinctBy(field => field.Name.ToLowerInvariant())
                        .ToDictionary(field => field.Name.ToLowerInvariant(), field => field.Value.ToString().Trim())),
            ];
        }
        catch (JsonException error)
        {
            problem = $"rocm-smi printed JSON that cannot be read: {error.Message}";
            return null;
        }
    }

    private static List<Dictionary<string, string>>? ReadCsv(string csv, out string? problem)
    {
        var lines = csv.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        var heading = lines[0].Split(',', StringSplitOptions.TrimEntries);
        var cards = new List<Dictionary<string, string>>();
        problem = null;
        foreach (var line in lines.Skip(1).Where(line => line.StartsWith("card", StringComparison.Ordinal)))
        {
            var cells = line.Split(',', StringSplitOptions.TrimEntries);
            if (cells.Length != heading.Length)
            {
                problem = $"rocm-smi printed a row of {cells.Length} cells under a heading of {heading.Length}.";
                return null;
            }

            cards.Add(heading.Zip(cells).DistinctBy(pair => pair.First.ToLowerInvariant()).ToDictionary(pair => pair.First.ToLowerInvariant(), pair => pair.Second));
        }

        return cards;
    }
}
