namespace HyphaMarket.Brokerage.Traders;

/// <summary>The bounds of a trader.</summary>
public sealed record TraderOptions
{
    /// <summary>The first wait before a broker that did not answer is asked again; doubled each time up to <see cref="LongestRetryMs"/>.</summary>
    public long RetryMs { get; init; } = 500;

    public long LongestRetryMs { get; init; } = 8_000;

    /// <summary>Orders remembered; the oldest that are over go first.</summary>
    public int Orders { get; init; } = 10_000;

    /// <summary>Characters of an idempotency key: room for a UUID and a name, not for a document.</summary>
    public int IdempotencyKeyLength { get; init; } = 128;

    /// <summary>Nonces tried for one proof of work before the order is refused: 2^26 takes some ten seconds of one core.</summary>
    public long WorkTries { get; init; } = 1L << 26;

    /// <exception cref="ArgumentOutOfRangeException">A value is not positive.</exception>
    public void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(RetryMs);
        ArgumentOutOfRangeException.ThrowIfLessThan(LongestRetryMs, RetryMs);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(Orders);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(IdempotencyKeyLength);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(WorkTries);
    }
}
