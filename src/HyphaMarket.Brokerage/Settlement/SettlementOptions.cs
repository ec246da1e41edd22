using HyphaMarket.Market.Ids;

namespace HyphaMarket.Brokerage.Settlement;

/// <summary>Every bound and wait of settlement. Milliseconds unless a name says otherwise.</summary>
public sealed record SettlementOptions
{
    /// <summary>
    /// The most micro-credits that this node's purchases may cost together: claims under way and leases at their full term, ended leases at what was
    /// receipted. There is no default: a node that buys says how much.
    /// </summary>
    public required long BudgetMicros { get; init; }

    /// <summary>The same for single markets, beside that of all; a market that is not named has none of its own. They hold from the first claim after a restart on.</summary>
    public IReadOnlyDictionary<MarketId, long> MarketBudgets { get; init; } = new Dictionary<MarketId, long>();

    /// <summary>Matches remembered as seller. Beyond it a new claim is refused as busy; a match of a network with a 600 s TTL cap lives about its lease and an hour.</summary>
    public int MaxSales { get; init; } = 4096;

    /// <summary>Matches remembered as buyer. Beyond it a fill is declined, and the match lapses.</summary>
    public int MaxPurchases { get; init; } = 4096;

    /// <summary>Own offers remembered: 64 open ones in each of 64 markets. Beyond it a further offer is not taken, and its fills are unknown-offer.</summary>
    public int MaxOwnOffers { get; init; } = 4096;

    /// <summary>Effects that wait for the disk. Beyond it requests are refused as busy: a disk that slow must not become memory.</summary>
    public int MaxWaiting { get; init; } = 1024;

    /// <summary>How long a question may stay unanswered before it is asked again: a dial, a handshake and an fsync on a slow line.</summary>
    public long ReplyTimeoutMs { get; init; } = 5_000;

    /// <summary>The wait after the first failed try; it doubles up to <see cref="RetryCapMs"/>. A deadline of 2 A slots leaves room for several tries.</summary>
    public long RetryFirstMs { get; init; } = 200;

    /// <summary>The longest wait between two tries: after a restart of the seller the buyer is back within half a minute.</summary>
    public long RetryCapMs { get; init; } = 30_000;

    /// <summary>How long a match is remembered after it can matter to an honest party: an hour covers any clock that is not simply wrong.</summary>
    public long RetentionMs { get; init; } = 3_600_000;

    /// <summary>What two honest clocks may differ by, plus a message's way. Only plausibility is judged by it, never safety.</summary>
    public long ClockToleranceMs { get; init; } = 5_000;

    /// <summary>
    /// How long nothing new is promised after a loss of the journal: TTL cap (600 s), A slot pairs (8 s with slots of 2 s), and a slot for the clock.
    /// Taken from the network's parameters.
    /// </summary>
    public long RecoveryMs { get; init; } = 610_000;

    /// <summary>Strikes from which a buyer is released as distrusted. Three: one crash and one partition are forgiven.</summary>
    public int DistrustStrikes { get; init; } = 3;

    /// <summary>Strikes halve in this time, so that an hour of misfortune is forgotten in a day.</summary>
    public long StrikeHalfLifeMs { get; init; } = 3_600_000;

    /// <summary>Counterparties whose strikes are remembered; the least struck is forgotten first.</summary>
    public int MaxStruck { get; init; } = 4096;

    /// <summary>Checks that the values make sense together.</summary>
    /// <exception cref="ArgumentOutOfRangeException">One of them does not.</exception>
    public void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfNegative(BudgetMicros);
        foreach (var micros in MarketBudgets.Values) ArgumentOutOfRangeException.ThrowIfNegative(micros, nameof(MarketBudgets));
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(MaxSales);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(MaxPurchases);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(MaxOwnOffers);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(MaxWaiting);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(ReplyTimeoutMs);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(RetryFirstMs);
        ArgumentOutOfRangeException.ThrowIfLessThan(RetryCapMs, RetryFirstMs);
        ArgumentOutOfRangeException.ThrowIfNegative(RetentionMs);
        ArgumentOutOfRangeException.ThrowIfNegative(ClockToleranceMs);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(RecoveryMs);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(DistrustStrikes);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(StrikeHalfLifeMs);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(MaxStruck);
    }

    /// <summary>The wait before try number <paramref name="attempt"/> + 1, attempts counted from 1.</summary>
    internal long BackoffMs(int attempt) => attempt >= 32 ? RetryCapMs : Math.Min(RetryCapMs, RetryFirstMs << Math.Min(attempt - 1, 20));
}
