using HyphaMarket.Node.Configuration;

namespace HyphaMarket.Node.Api.Contracts;

/// <summary>A lease that this node is a party of.</summary>
public sealed record LeaseView
{
    /// <summary>The record id of the signed lease, hexadecimal.</summary>
    public required string Id { get; init; }

    /// <summary>The match it came from, hexadecimal.</summary>
    public required string Match { get; init; }

    /// <summary>Hexadecimal.</summary>
    public required string Market { get; init; }
    public string? Profile { get; init; }

    /// <summary><c>buyer</c> or <c>seller</c>: what this node is in it.</summary>
    public required string Role { get; init; }

    /// <summary>The other party's peer id.</summary>
    public required string Counterparty { get; init; }
    public required int Quantity { get; init; }

    /// <summary>Micro-credits per minute and unit.</summary>
    public required long PriceMicros { get; init; }
    public string Price => CreditText.PerMinute(PriceMicros);

    /// <summary><c>active</c> or <c>ended</c>.</summary>
    public required string State { get; init; }
    public required DateTimeOffset StartsAt { get; init; }
    public required DateTimeOffset EndsAt { get; init; }

    /// <summary>No renewal goes past it.</summary>
    public DateTimeOffset LongestEndsAt { get; init; }

    /// <summary>Minutes on the last co-signed receipt; cumulative.</summary>
    public long Minutes { get; init; }

    /// <summary>Micro-credits on the last co-signed receipt, buyer to seller; cumulative.</summary>
    public long TotalMicros { get; init; }
    public string Total => CreditText.Amount(TotalMicros);

    /// <summary>What its worker last answered about its machine; only of one lease, and where it was asked.</summary>
    public LeaseCheckView? Check { get; init; }
}
