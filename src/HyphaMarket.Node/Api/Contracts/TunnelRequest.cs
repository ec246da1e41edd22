using System.Text.Json.Serialization;

namespace HyphaMarket.Node.Api.Contracts;

/// <summary>POST /v1/leases/{id}/tunnel: a listener on this machine whose connections come out at a port of the worker.</summary>
/// <param name="Local">IP address and port to listen on; port 0 takes a free one. Loopback only.</param>
/// <param name="RemotePort">A port of the worker's loopback that its configuration allows.</param>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record TunnelRequest(string Local, int RemotePort);
