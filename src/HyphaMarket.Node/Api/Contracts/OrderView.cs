using HyphaMarket.Node.Configuration;

namespace HyphaMarket.Node.Api.Contracts;

/// <summary>An order of this node, with its effective terms.</summary>
public sealed record OrderView
{
    /// <summary>The offer's id, hexadecimal; empty for a dry run.</summary>
    public required string Id { get; init; }

    /// <summary>Hexadecimal.</summary>
    public required string Market { get; init; }

    /// <summary>The market's profile, where it has one.</summary>
    public string? Profile { get; init; }

    /// <summary><c>bid</c> or <c>ask</c>.</summary>
    public required string Side { get; init; }

    /// <summary>One of <see cref="OrderState"/>.</summary>
    public required string State { get; init; }

    /// <summary>Micro-credits per minute and unit.</summary>
    public required long PriceMicros { get; init; }

    /// <summary>The price for people.</summary>
    public string Price => CreditText.PerMinute(PriceMicros);
    public required int Quantity { get; init; }
    public int Filled { get; init; }
    public int MinimumFill { get; set; } = 1;
    public required int TermMinutes { get; init; }
    public required long FirstSlot { get; init; }
    public required long LastSlot { get; init; }
    public DateTimeOffset? CreatedAt { get; init; }
    public DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>Brokers that signed for the order.</summary>
    public int Receipts { get; init; }

    /// <summary>The worst rank that a broker told, from 1; 0 while unknown or below the kept.</summary>
    public int Rank { get; init; }

    /// <summary>Leases opened by this order; hexadecimal.</summary>
    public IReadOnlyList<string> Leases { get; set; } = [];

    /// <summary>Stable code of why the order is where it is, such as <c>insufficient-work</c>; null when there is nothing to say.</summary>
    public string? Reason { get; init; }

    /// <summary>What would help; null when there is nothing to say.</summary>
    public string? Hint { get; init; }
}
