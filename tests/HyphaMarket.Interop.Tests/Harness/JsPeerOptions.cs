using System.Text.Json.Serialization;

namespace HyphaMarket.Interop.Tests.Harness;

/// <summary>How a js peer starts: TCP, Noise or TLS, Yamux, identify and ping, and the capabilities it is given.</summary>
public sealed record JsPeerOptions
{
    /// <summary>The 32 bytes of the peer's Ed25519 key as hex; null for a random key.</summary>
    [JsonPropertyName("seed")]
    public string? Seed { get; init; }

    /// <summary>The one secure channel it speaks: <c>noise</c> or <c>tls</c>.</summary>
    [JsonPropertyName("security")]
    public string Security { get; init; } = "noise";

    /// <summary>The multiaddrs it listens on.</summary>
    [JsonPropertyName("listen")]
    public IReadOnlyList<string> Listen { get; init; } = ["/ip4/127.0.0.1/tcp/0"];

    /// <summary>The multiaddrs it tells others beside those: js keeps a public address to itself until AutoNAT has confirmed it.</summary>
    [JsonPropertyName("announce")]
    public IReadOnlyList<string> Announce { get; init; } = [];

    /// <summary>Settings by the name of a file in js/capabilities; only these are loaded.</summary>
    [JsonPropertyName("capabilities")]
    public IReadOnlyDictionary<string, object> Capabilities { get; init; } = new Dictionary<string, object>();

    /// <summary>These options and one capability more. The settings are written as JSON with the names given here.</summary>
    public JsPeerOptions With(string capability, object? settings = null) =>
        this with { Capabilities = new Dictionary<string, object>(Capabilities) { [capability] = settings ?? new { } } };
}
