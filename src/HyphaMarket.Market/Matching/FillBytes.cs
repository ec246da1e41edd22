using System.Buffers.Binary;
using HyphaMarket.Market.Ids;

namespace HyphaMarket.Market.Matching;

/// <summary>A fixed layout of fills for comparing results byte for byte: bid 32, ask 32, quantity 4, buy price 8, sell price 8; integers big-endian.</summary>
/// <remarks>What brokers sign is the wire's own form; this one serves digests and tests.</remarks>
public static class FillBytes
{
    /// <summary>Bytes of one fill.</summary>
    public const int Size = 2 * Hash256.Size + sizeof(int) + 2 * sizeof(long);

    /// <summary>All fills in order, <see cref="Size"/> bytes each.</summary>
    public static byte[] Encode(IReadOnlyList<Fill> fills)
    {
        var bytes = new byte[fills.Count * Size];
        for (var i = 0; i < fills.Count; i++)
        {
            var target = bytes.AsSpan(i * Size, Size);
            fills[i].Bid.Value.CopyTo(target);
            fills[i].Ask.Value.CopyTo(target[Hash256.Size..]);
            BinaryPrimitives.WriteInt32BigEndian(target[64..], fills[i].Quantity);
            BinaryPrimitives.WriteInt64BigEndian(target[68..], fills[i].BuyPrice.Value);
            BinaryPrimitives.WriteInt64BigEndian(target[76..], fills[i].SellPrice.Value);
        }

        return bytes;
    }
}
