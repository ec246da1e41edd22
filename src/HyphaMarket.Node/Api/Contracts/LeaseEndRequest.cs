using System.Text.Json.Serialization;

namespace HyphaMarket.Node.Api.Contracts;

/// <summary>POST /v1/leases/{id}/end.</summary>
/// <param name="Reason">For the other party; at most 256 characters.</param>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record LeaseEndRequest(string Reason);
