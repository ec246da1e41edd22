using HyphaMarket.Node.Configuration;

namespace HyphaMarket.Node.Api.Contracts;

/// <summary>Why an order is where it is, and what would change it: GET /v1/orders/{id}/explain.</summary>
public sealed record OrderExplanationView
{
    public required OrderView Order { get; init; }

    /// <summary>Stable code: one of <see cref="OrderExplanation"/>, or the market's reason of a refusal.</summary>
    public required string Code { get; init; }

    /// <summary>One or two sentences.</summary>
    public required string Reason { get; init; }

    /// <summary>The nearest change that would let it match, as a sentence; null where there is nothing to change.</summary>
    public string? Change { get; init; }

    /// <summary>The nearest price at which the other side's units cover the order and those ahead of it; micro-credits per minute and unit.</summary>
    public long? ChangePriceMicros { get; init; }
    public string? ChangePrice => ChangePriceMicros is { } micros ? CreditText.PerMinute(micros) : null;

    /// <summary>Units of its own side at a better price, and offers that they are of.</summary>
    public ulong AheadUnits { get; init; }
    public uint AheadOffers { get; init; }

    /// <summary>Units of others at its own price; who came first is first.</summary>
    public ulong TiedUnits { get; init; }

    /// <summary>Units of the other side at prices that it accepts.</summary>
    public ulong WithinLimitUnits { get; init; }

    /// <summary>The best offer of the other side; null where there is none, or no broker answered.</summary>
    public LevelView? BestOpposite { get; init; }

    /// <summary>From 0 to 1: how often an order like this would have filled in the past day; null where too little is known.</summary>
    public double? Chance { get; init; }

    /// <summary>Stretches of the past, each as long as the order has to live, that the chance is taken from.</summary>
    public int ChanceWindows { get; init; }

    /// <summary>"all" where this node sees every trade of the market, "own" where it sees its own, and the chance is at least that.</summary>
    public required string Scope { get; init; }
}
