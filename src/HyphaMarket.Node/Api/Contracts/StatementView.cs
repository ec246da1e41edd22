using HyphaMarket.Node.Configuration;

namespace HyphaMarket.Node.Api.Contracts;

/// <summary>What this node earned and spent: GET /v1/account/statement. Exact to the hour, as receipts are kept.</summary>
public sealed record StatementView
{
    /// <summary>Null for the beginning.</summary>
    public DateTimeOffset? From { get; init; }

    /// <summary>Null for now.</summary>
    public DateTimeOffset? To { get; init; }

    /// <summary>The newest leases first.</summary>
    public required IReadOnlyList<StatementLineView> Lines { get; init; }

    /// <summary>There are more leases than the answer has lines: ask for a shorter time.</summary>
    public bool Cut { get; init; }

    /// <summary>Of the lines; micro-credits.</summary>
    public required long EarnedMicros { get; init; }
    public required long SpentMicros { get; init; }
    public string Earned => CreditText.Amount(EarnedMicros);
    public string Spent => CreditText.Amount(SpentMicros);
    public string Net => CreditText.Amount(EarnedMicros - SpentMicros);
}
