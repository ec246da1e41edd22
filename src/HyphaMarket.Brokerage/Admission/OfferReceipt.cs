using Google.Protobuf;
using HyphaMarket.Market.Ids;
using HyphaMarket.Market.Slots;
using HyphaMarket.Wire;
using HyphaMarket.Wire.Messages;

namespace HyphaMarket.Brokerage.Admission;

/// <summary>What a broker says of a record that it took, before it is signed.</summary>
/// <param name="Slot">The broker's, when it took the record.</param>
/// <param name="Rank">In its side of the store, from 1; 0 = below the kept.</param>
public sealed record OfferReceipt(RecordId Record, MarketId Market, Slot Slot, int Rank, Instant At)
{
    /// <summary>The bytes that are signed.</summary>
    public ByteString ToBody() => new OfferReceiptBody
    {
        Record = Record.Value.ToByteString(),
        Market = Market.Value.ToByteString(),
        Slot = Slot.Value,
        Rank = (uint)Rank,
        UnixMs = At.UnixMs,
    }.ToByteString();
}
