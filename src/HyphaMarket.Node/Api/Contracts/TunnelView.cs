using System.Text.Json.Serialization;

namespace HyphaMarket.Node.Api.Contracts;

/// <summary>An open tunnel. It lives as long as the request that opened it; the answer is one line at once and one a second while it lasts.</summary>
/// <param name="Lease">Hexadecimal.</param>
/// <param name="Local">The address and port that listen.</param>
/// <param name="Sent">Bytes from this machine to the worker.</param>
/// <param name="Received">Bytes from the worker to this machine.</param>
/// <param name="Connections">Connections open now.</param>
public sealed record TunnelView([property: JsonRequired] string Lease, [property: JsonRequired] string Local, int RemotePort, long Sent, long Received, int Connections);
