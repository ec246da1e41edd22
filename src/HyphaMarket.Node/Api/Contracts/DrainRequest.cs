using System.Text.Json.Serialization;

namespace HyphaMarket.Node.Api.Contracts;

/// <summary>POST /v1/node/drain.</summary>
/// <param name="DryRun">Tells what would be done, and does nothing.</param>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record DrainRequest(bool DryRun = false);
