using System.Text.Json.Serialization;

namespace HyphaMarket.Node.Api.Contracts;

/// <summary>POST /v1/orders/batch.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record OrderBatchRequest
{
    /// <summary>1 to 1,024, without dry runs and without keys of their own.</summary>
    public required IReadOnlyList<OrderRequest> Orders { get; init; }
}
