using Google.Protobuf;
using HyphaMarket.Wire;
using HyphaMarket.Wire.Messages;

namespace HyphaMarket.Brokerage.Admission;

/// <summary>What a broker says of a record that it took, before it is signed.</summary>
/// <param name="Rank">In its side of the store, from 1; 0 = below the kept.</param>
/// <param name="Given">Shared by all that are given at one moment.</param>
public readonly record struct OfferReceipt(RecordId Record, int Rank, ReceiptMoment Given)
{
    /// <summary>The bytes that are signed.</summary>
    public ByteString ToBody() => new OfferReceiptBody
    {
        Record = Record.Value.ToByteString(),
        Market = Given.Market.Value.ToByteString(),
        Slot = Given.Slot.Value,
        Rank = (uint)Rank,
        UnixMs = Given.At.UnixMs,
    }.ToByteString();
}
