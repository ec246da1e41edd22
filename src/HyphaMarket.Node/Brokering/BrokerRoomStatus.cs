using HyphaMarket.Brokerage.Epochs;
using HyphaMarket.Market.Slots;

namespace HyphaMarket.Node.Brokering;

/// <summary>A market's broker at one moment.</summary>
/// <param name="Config">Null while this node is no broker of the market.</param>
/// <param name="NextChange">What change of the set this node works for, as people read it; null for none.</param>
/// <param name="IsCatchingUp">It has not taken in yet what its fellow brokers hold.</param>
/// <param name="ClockAheadMs">This node's clock less its fellow brokers' median; null while nothing was compared.</param>
public sealed record BrokerRoomStatus(EpochConfig? Config, string? NextChange, Slot Slot, int Offers, bool Votes, bool ClockIsSkewed, long? ClockAheadMs, bool IsCatchingUp)
{
    public static BrokerRoomStatus None { get; } = new(null, null, new Slot(0), 0, false, false, null, false);
}
