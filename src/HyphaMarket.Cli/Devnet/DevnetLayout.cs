using System.Text.Json;

using HyphaMarket.Node.Configuration;
using HyphaMarket.Node.Identity;

namespace HyphaMarket.Cli.Devnet;

/// <summary>Prepares the directories of a devnet: one network document, and a key and a configuration for each node.</summary>
internal sealed class DevnetLayout(DevnetOptions options, TimeProvider time)
{
    /// <summary>Half of what an owner may have open by default (64 units), so that asks and leases together never meet that bound.</summary>
    private const int WorkerSlots = 32;

    private string NetworkFile => Path.Combine(options.Directory, "network.json");

    /// <summary>Writes the network's parameters, with a genesis a moment ago so that slots have small numbers.</summary>
    public NetworkDefinition WriteNetwork()
    {
        DataDirectory.Prepare(options.Directory);
        var genesis = DateTimeOffset.FromUnixTimeMilliseconds(time.GetUtcNow().AddSeconds(-1).ToUnixTimeMilliseconds());
        var network = NetworkDocument.Create("devnet", genesis, options.SlotLength);
        File.WriteAllText(NetworkFile, NetworkDocument.Write(network));
        return network;
    }

    /// <summary>Makes a node's directory.</summary>
    /// <param name="bootstrap">First contacts; none for the first broker.</param>
    /// <param name="tunnelPort">For a worker: the port that its leases may reach.</param>
    /// <returns>The directory.</returns>
    public string WriteNode(string name, NodeRoles role, IReadOnlyList<string> bootstrap, int? tunnelPort)
    {
        var directory = Path.Combine(options.Directory, name);
        DataDirectory.Prepare(directory);
        var files = new NodeOptions { DataDirectory = directory };
        if (!File.Exists(files.KeyFile)) KeyFile.Make(files.KeyFile);
        using var stream = new FileStream(files.ConfigurationFile, FileMode.Create);
        using var json = new Utf8JsonWriter(stream, new JsonWriterOptions { Indented = true });
        json.WriteStartObject();
        json.WriteString("network", NetworkFile);
        WriteList(json, "roles", [role.ToString().ToLowerInvariant()]);
        WriteList(json, "listen", ["/ip4/127.0.0.1/tcp/0"]);
        WriteList(json, "bootstrap", bootstrap);
        if (tunnelPort is { } port)
        {
            json.WriteStartObject("worker");
            json.WriteString("profile", options.Profile);
            json.WriteNumber("slots", WorkerSlots);
            json.WriteStartArray("tunnelPorts");
            json.WriteNumberValue(port);
            json.WriteEndArray();
            json.WriteEndObject();
        }
        json.WriteStartObject("log");
        json.WriteString("level", options.LogLevel);
        json.WriteEndObject();
        json.WriteString("stopWithin", "5s");
        json.WriteEndObject();
        return directory;
    }

    private static void WriteList(Utf8JsonWriter json, string name, IReadOnlyList<string> values)
    {
        json.WriteStartArray(name);
        foreach (var value in values) json.WriteStringValue(value);
        json.WriteEndArray();
    }
}
