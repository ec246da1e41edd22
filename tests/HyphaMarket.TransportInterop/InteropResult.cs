using System.Globalization;

namespace HyphaMarket.TransportInterop;

/// <summary>What a dialler measured.</summary>
/// <param name="HandshakePlusOneRtt">From the dial to the first pong.</param>
/// <param name="PingRtt">The ping alone.</param>
internal sealed record InteropResult(TimeSpan HandshakePlusOneRtt, TimeSpan PingRtt)
{
    /// <summary>The form of libp2p/test-plans; the three l of its second name are its own.</summary>
    public string ToJson() => string.Create(
        CultureInfo.InvariantCulture, $"{{\"handshakePlusOneRTTMillis\":{HandshakePlusOneRtt.TotalMilliseconds},\"pingRTTMilllis\":{PingRtt.TotalMilliseconds}}}");

    /// <summary>The form of libp2p/unified-testing.</summary>
    public string ToYaml() => string.Create(
        CultureInfo.InvariantCulture, $"latency:\n  handshake_plus_one_rtt: {HandshakePlusOneRtt.TotalMilliseconds}\n  ping_rtt: {PingRtt.TotalMilliseconds}\n  unit: ms");
}
