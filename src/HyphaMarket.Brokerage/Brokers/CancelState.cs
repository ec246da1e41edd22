using HyphaMarket.Market.Slots;
using HyphaMarket.Wire;

namespace HyphaMarket.Brokerage.Brokers;

/// <summary>A cancel: its record, when it came, and the last slot of the offer that it ends.</summary>
internal sealed record CancelState(RecordId Id, Instant Arrived, Slot LastSlot);
