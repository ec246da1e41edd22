using HyphaMarket.Market.Slots;
using HyphaMarket.Wire.Messages;

namespace HyphaMarket.Brokerage.Leases;

/// <summary>A question that has no answer yet.</summary>
/// <param name="Record">This node's signed half, or the end.</param>
/// <param name="NextAt">When the present try is given up, or the next one made.</param>
/// <param name="GiveUpAt">After this nobody is asked any more.</param>
/// <param name="Entry">The journal entry that must be durable before the question leaves; 0 for none.</param>
internal sealed record PendingAsk(Record Record, int Attempt, bool IsAwaiting, Instant NextAt, Instant GiveUpAt, long Entry)
{
    public int Failures { get; init; }
}
