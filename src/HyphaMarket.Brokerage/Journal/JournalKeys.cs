using System.Buffers.Binary;
using HyphaMarket.Market.Ids;

namespace HyphaMarket.Brokerage.Journal;

/// <summary>Keys of journal entries that are about a market at a number (a slot, an epoch).</summary>
public static class JournalKeys
{
    /// <summary>SHA-256(market id + number as 8 bytes, big-endian).</summary>
    public static Hash256 Of(MarketId market, long number)
    {
        Span<byte> bytes = stackalloc byte[Hash256.Size + sizeof(long)];
        market.Value.CopyTo(bytes);
        BinaryPrimitives.WriteInt64BigEndian(bytes[Hash256.Size..], number);
        return Hash256.Of(bytes);
    }
}
