using System.Text;

namespace HyphaMarket.Interop.Tests.Harness;

/// <summary>The commands of js/capabilities/dht.mjs.</summary>
public sealed partial class JsPeer
{
    /// <summary>How many peers the Kademlia routing table holds.</summary>
    public async Task<int> RoutingTableSizeAsync() => (await CallAsync("routing-table")).GetProperty("size").GetInt32();

    /// <summary>Announces this peer as a provider of a multihash; gives the peers that were told.</summary>
    public async Task<IReadOnlyList<string>> ProvideAsync(byte[] multihash) => Texts(await CallAsync("provide", new { key = Hex(multihash) }), "storedAt");

    /// <summary>The peer ids that provide a multihash.</summary>
    public async Task<IReadOnlyList<string>> FindProvidersAsync(byte[] multihash)
    {
        var result = await CallAsync("find-providers", new { key = Hex(multihash) });
        return [.. result.GetProperty("providers").EnumerateArray().Select(provider => Text(provider, "peerId"))];
    }

    /// <summary>The peers closest to the SHA-256 of the key, nearest first, this one not among them.</summary>
    public async Task<IReadOnlyList<string>> ClosestPeersAsync(byte[] key) => Texts(await CallAsync("closest-peers", new { key = Hex(key) }), "peerIds");

    /// <summary>Stores a value at the peers closest to its key; gives the peers that took it.</summary>
    public async Task<IReadOnlyList<string>> PutAsync(string key, byte[] value) =>
        Texts(await CallAsync("put", new { key = Hex(Encoding.UTF8.GetBytes(key)), value = Hex(value) }), "storedAt");

    /// <summary>The values found under a key, each as hex.</summary>
    public async Task<IReadOnlyList<string>> GetAsync(string key)
    {
        var result = await CallAsync("get", new { key = Hex(Encoding.UTF8.GetBytes(key)) });
        return [.. result.GetProperty("values").EnumerateArray().Select(found => Text(found, "value"))];
    }
}
