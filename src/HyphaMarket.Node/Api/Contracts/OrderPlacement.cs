namespace HyphaMarket.Node.Api.Contracts;

/// <summary>What became of one order of several.</summary>
public sealed record OrderPlacement
{
    /// <summary>Its place in the request, from 1.</summary>
    public required int Number { get; init; }

    /// <summary>Absent where it was not placed.</summary>
    public OrderView? Order { get; init; }

    /// <summary>Why it was not placed, or why the brokers refused it; absent where neither is so.</summary>
    public ApiError? Error { get; init; }
}
