using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;
using HyphaMarket.Libp2p.Security.Noise;
using HyphaMarket.Libp2p.Security.Tls;

namespace HyphaMarket.TransportInterop;

/// <summary>What one run is to do, from the environment variables of either public suite.</summary>
/// <param name="Transport"><c>tcp</c> or <c>ws</c>.</param>
/// <param name="SecurityProtocol">The protocol id of the secure channel.</param>
/// <param name="IsDialler">Dial and measure, or listen.</param>
/// <param name="ListenAddress">The IP address to listen on.</param>
/// <param name="Redis">Where the listener leaves its address.</param>
/// <param name="TestKey">The prefix of the Redis key; null in the older suite, which has one key for all.</param>
/// <param name="Timeout">Over everything; a listener that nobody stops fails after it.</param>
internal sealed record InteropSettings(
    string Transport, string SecurityProtocol, bool IsDialler, IPAddress ListenAddress, DnsEndPoint Redis, string? TestKey, TimeSpan Timeout)
{
    /// <summary>"If not specified, the implementation should use a default of 180 seconds."</summary>
    private const int DefaultTimeoutSeconds = 180;

    /// <summary>A day; a larger number is a mistake of the caller's.</summary>
    private const int MaxTimeoutSeconds = 24 * 60 * 60;

    private const int RedisPort = 6379;

    /// <summary>The suites' names are short, and they become part of a key.</summary>
    private const int MaxTestKeyLength = 128;

    /// <summary>Whether the newer suite (libp2p/unified-testing) runs it: it alone gives a test key.</summary>
    public bool IsUnified => TestKey is not null;

    /// <summary>The Redis list that holds the listener's address.</summary>
    public string RedisKey => TestKey is null ? "listenerAddr" : $"{TestKey}_listener_multiaddr";

    /// <summary>Reads the settings; what is wrong with them is a sentence in <paramref name="error"/>.</summary>
    public static bool TryRead(Func<string, string?> environment, [NotNullWhen(true)] out InteropSettings? settings, [NotNullWhen(false)] out string? error)
    {
        settings = null;
        // The older suite (libp2p/test-plans) writes these in lower case.
        string? Get(params string[] names) => names.Select(environment).FirstOrDefault(value => !string.IsNullOrEmpty(value));

        var transport = Get("TRANSPORT", "transport");
        if (transport is not ("tcp" or "ws")) return Fail($"TRANSPORT is '{transport}'; tcp and ws are what this implementation has.", out error);
        var security = Get("SECURE_CHANNEL", "SECURITY", "security");
        var protocol = security switch { "noise" => NoiseHandshaker.ProtocolId, "tls" => TlsHandshaker.ProtocolId, _ => null };
        if (protocol is null) return Fail($"SECURE_CHANNEL is '{security}'; noise and tls are what this implementation has.", out error);
        var muxer = Get("MUXER", "muxer");
        if (muxer != "yamux") return Fail($"MUXER is '{muxer}'; yamux is what this implementation has.", out error);
        var dialler = Get("IS_DIALER", "is_dialer");
        if (dialler is not ("true" or "false")) return Fail($"IS_DIALER is '{dialler}'; write true or false.", out error);
        var ip = Get("LISTENER_IP", "ip") ?? "0.0.0.0";
        if (!IPAddress.TryParse(ip, out var listenAddress)) return Fail($"LISTENER_IP is '{ip}'; write an IP address.", out error);
        if (!TryReadEndPoint(Get("REDIS_ADDR", "redis_addr") ?? "redis", out var redis)) return Fail("REDIS_ADDR is no host or host:port.", out error);
        var seconds = Get("TEST_TIMEOUT_SECS", "test_timeout_seconds");
        var timeout = DefaultTimeoutSeconds;
        if (seconds is not null && (!int.TryParse(seconds, NumberStyles.None, CultureInfo.InvariantCulture, out timeout) || timeout is < 1 or > MaxTimeoutSeconds))
            return Fail($"TEST_TIMEOUT_SECS is '{seconds}'; write a number of seconds from 1 to {MaxTimeoutSeconds}.", out error);
        var testKey = Get("TEST_KEY");
        if (testKey?.Length > MaxTestKeyLength) return Fail($"TEST_KEY is longer than {MaxTestKeyLength} characters.", out error);

        settings = new InteropSettings(transport, protocol, dialler == "true", listenAddress, redis, testKey, TimeSpan.FromSeconds(timeout));
        error = null;
        return true;
    }

    private static bool TryReadEndPoint(string text, [NotNullWhen(true)] out DnsEndPoint? endPoint)
    {
        endPoint = null;
        var parts = text.Split(':');
        var port = (ushort)RedisPort;
        if (parts.Length > 2 || parts[0].Length == 0 || (parts.Length == 2 && !ushort.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out port))) return false;
        endPoint = new DnsEndPoint(parts[0], port);
        return true;
    }

    private static bool Fail(string reason, out string error)
    {
        error = reason;
        return false;
    }
}
