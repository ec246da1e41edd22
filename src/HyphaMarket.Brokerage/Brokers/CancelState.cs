using HyphaMarket.Brokerage.Admission;
using HyphaMarket.Market.Slots;
using HyphaMarket.Wire;

namespace HyphaMarket.Brokerage.Brokers;

/// <summary>A cancel: its record, and when the first cancel of its offer came.</summary>
internal sealed record CancelState(RecordId Id, Instant Arrived, VerifiedRecord Signed);
