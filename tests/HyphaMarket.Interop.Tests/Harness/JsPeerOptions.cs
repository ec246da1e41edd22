using System.Text.Json.Serialization;

namespace HyphaMarket.Interop.Tests.Harness;

/// <summary>Which services a js peer starts with, beside TCP, Noise or TLS, Yamux, identify and ping.</summary>
/// <param name="Dht">Kademlia in server mode, protocol <c>/hypha/kad/1.0.0</c>.</param>
/// <param name="DhtClient">With <paramref name="Dht"/>: asks the DHT but does not serve it.</param>
/// <param name="Gossip">Gossipsub v1.2, which falls back to v1.1.</param>
/// <param name="OutsideMesh">With <paramref name="Gossip"/>: neither grafts nor takes a GRAFT of a peer that dialled it.</param>
/// <param name="Signatures"><c>StrictSign</c> or <c>StrictNoSign</c>.</param>
/// <param name="Seed">The 32 bytes of the peer's Ed25519 key as hex; null for a random key.</param>
/// <param name="Security">The one secure channel it speaks: <c>noise</c> or <c>tls</c>.</param>
public sealed record JsPeerOptions(
    [property: JsonPropertyName("dht")] bool Dht = false,
    [property: JsonPropertyName("dhtClient")] bool DhtClient = false,
    [property: JsonPropertyName("gossip")] bool Gossip = false,
    [property: JsonPropertyName("outsideMesh")] bool OutsideMesh = false,
    [property: JsonPropertyName("signatures")] string Signatures = "StrictSign",
    [property: JsonPropertyName("seed")] string? Seed = null,
    [property: JsonPropertyName("security")] string Security = "noise");
