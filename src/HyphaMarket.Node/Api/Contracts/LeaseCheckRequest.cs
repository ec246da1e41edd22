using System.Text.Json.Serialization;

namespace HyphaMarket.Node.Api.Contracts;

/// <summary>POST /v1/leases/{id}/check: an object without members.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record LeaseCheckRequest;
