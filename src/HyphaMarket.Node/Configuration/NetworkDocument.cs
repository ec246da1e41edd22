using System.Globalization;
using System.Text;
using System.Text.Json;

using HyphaMarket.Node.Hosting;
using HyphaMarket.Wire.Messages;

namespace HyphaMarket.Node.Configuration;

/// <summary>The network parameters as people write them: one JSON object, comments allowed. Keys left out have the defaults of the built-in networks.</summary>
public static class NetworkDocument
{
    public const string MainName = "main";
    public const string DevnetName = "devnet";

    /// <summary>A document has sixteen short values; more bytes than this are another file.</summary>
    private const int LargestBytes = 64 * 1024;

    private static readonly JsonDocumentOptions Lenient = new() { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true };

    /// <summary>The parameters all networks share unless they say otherwise, for a slot length: D = L/5, S = L/10.</summary>
    public static NetworkParameters Defaults(string name, DateTimeOffset genesis, TimeSpan slotLength) => new()
    {
        Name = name,
        GenesisUnixMs = genesis.ToUnixTimeMilliseconds(),
        SlotLengthMs = (long)slotLength.TotalMilliseconds,
        NetworkBoundMs = (long)slotLength.TotalMilliseconds / 5,
        ClockBoundMs = (long)slotLength.TotalMilliseconds / 10,
        ActivationPairs = 2,
        EpochLengthMs = 600_000,
        BrokerFloor = 5,
        BrokerCap = 31,
        BookDepth = 1_024,
        OpenOffers = 64,
        LargestOpenUnits = 64,
        TtlCapMs = 600_000,
        WorkBits = 12,
        SpotClearingRule = "pairwise-mean",
        KademliaPrefix = "/hypha/kad/1.0.0",
    };

    /// <summary>A network of its own with the default parameters.</summary>
    public static NetworkDefinition Create(string name, DateTimeOffset genesis, TimeSpan slotLength) => new(Defaults(name, genesis, slotLength));

    /// <summary>The public network: slots of 2 s since the start of 2026.</summary>
    public static NetworkDefinition Main { get; } =
        new(Defaults(MainName, new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero), TimeSpan.FromSeconds(2)));

    /// <summary>For nodes started by hand on one machine: slots of 500 ms.</summary>
    public static NetworkDefinition Devnet { get; } =
        new(Defaults(DevnetName, new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero), TimeSpan.FromMilliseconds(500)));

    /// <summary>Whether it is the name of a network that needs no document.</summary>
    public static bool IsBuiltIn(string network) =>
        string.Equals(network, MainName, StringComparison.OrdinalIgnoreCase) || string.Equals(network, DevnetName, StringComparison.OrdinalIgnoreCase);

    /// <param name="network">A built-in name or a path.</param>
    /// <param name="directory">Where a relative path starts.</param>
    /// <exception cref="FatalException">The document is missing, unreadable or against the rules.</exception>
    public static NetworkDefinition Load(string network, string directory)
    {
        if (string.Equals(network, MainName, StringComparison.OrdinalIgnoreCase)) return Main;
        if (string.Equals(network, DevnetName, StringComparison.OrdinalIgnoreCase)) return Devnet;
        var path = Path.GetFullPath(network, directory);
        try
        {
            if (new FileInfo(path).Length > LargestBytes) throw Fatal("bad-network", $"{path} has more than {LargestBytes} bytes.", "Network parameters are a short document.", "Point \"network\" at the right file.");
            return Parse(File.ReadAllText(path), path);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw Fatal("no-network", $"There is no network \"{network}\".", $"It is neither {MainName} nor {DevnetName}, and there is no file {path}.",
                $"Set \"network\" to {MainName}, to {DevnetName}, or to the path of a network parameters document.");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Fatal("no-network", $"The network parameters {path} cannot be read.", e.Message, "Let the node's user read the file.");
        }
    }

    /// <summary>Reads a document.</summary>
    /// <param name="source">What the text is called in messages.</param>
    /// <exception cref="FatalException">The text is no JSON object, has an unknown key, or its values break the rules.</exception>
    public static NetworkDefinition Parse(string json, string source)
    {
        var problems = new List<Problem>();
        try
        {
            using var document = JsonDocument.Parse(json, Lenient);
            if (document.RootElement.ValueKind != JsonValueKind.Object) throw new JsonException("The document is not an object.");
            var parameters = NetworkFields.Read(document.RootElement, source, problems);
            if (problems.Count == 0) problems.AddRange(NetworkRules.Check(parameters, source));
            if (problems.Count == 0) return new NetworkDefinition(parameters);
        }
        catch (JsonException e)
        {
            throw Fatal("bad-network", $"The network parameters in {source} are not valid JSON.", e.Message, "Mend that place; comments and trailing commas are allowed.");
        }
        throw new FatalException(problems, ExitCode.BadConfiguration);
    }

    /// <summary>Writes a document with every value, which <see cref="Parse"/> reads to the same network id.</summary>
    public static string Write(NetworkDefinition network)
    {
        ArgumentNullException.ThrowIfNull(network);
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer, new JsonWriterOptions { Indented = true }))
        {
            NetworkFields.Write(writer, network.Parameters);
        }
        return string.Create(CultureInfo.InvariantCulture, $"// Network parameters: every node of the network needs this document, unchanged. Its id is {network.Id}.\n")
            + Encoding.UTF8.GetString(buffer.ToArray()) + "\n";
    }

    private static FatalException Fatal(string code, string what, string why, string fix) => new(new Problem(code, what, why, fix), ExitCode.BadConfiguration);
}
