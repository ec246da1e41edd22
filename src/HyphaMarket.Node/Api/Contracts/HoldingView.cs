namespace HyphaMarket.Node.Api.Contracts;

/// <summary>What another node holds of this one, as it told when it was asked.</summary>
public sealed record HoldingView
{
    public const string Held = "held";
    public const string Missing = "missing";
    public const string NoAnswer = "no-answer";

    /// <summary><c>node</c> (it talks with us), <c>broker-record</c> (it tells newcomers that we broker) or <c>order</c>.</summary>
    public required string About { get; init; }

    /// <summary>The order's id; absent for others.</summary>
    public string? Order { get; init; }
    public string? Profile { get; init; }

    /// <summary>Who was asked.</summary>
    public required string At { get; init; }

    /// <summary>One of these three.</summary>
    public required string State { get; init; }

    /// <summary>The addresses it knows, an order's rank, or why it holds nothing; null where there is nothing to say.</summary>
    public string? Detail { get; init; }
}
