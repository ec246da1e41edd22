namespace HyphaMarket.Node.Api.Contracts;

/// <summary>One ping: GET /v1/net/ping.</summary>
/// <param name="Seq">From 1.</param>
/// <param name="Ms">The round trip on an open stream; null where there was no answer.</param>
/// <param name="Fault">Why there was none.</param>
public sealed record PingView([property: System.Text.Json.Serialization.JsonRequired] string Peer, int Seq, double? Ms, string? Fault);
