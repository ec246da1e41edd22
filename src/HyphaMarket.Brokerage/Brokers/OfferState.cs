using HyphaMarket.Market.Offers;
using HyphaMarket.Market.Slots;
using HyphaMarket.Wire;
using HyphaMarket.Wire.Messages;

namespace HyphaMarket.Brokerage.Brokers;

/// <summary>One offer of the replica, with when it came.</summary>
internal sealed class OfferState(Offer offer, Record record, Instant arrived)
{
    public Offer Offer { get; } = offer;
    public Record Record { get; } = record;
    public Instant Arrived { get; } = arrived;
    public RecordId Id { get; } = new(offer.Id.Value);
}
