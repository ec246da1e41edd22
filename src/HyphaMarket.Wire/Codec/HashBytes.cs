using Google.Protobuf;
using HyphaMarket.Market.Ids;

namespace HyphaMarket.Wire;

/// <summary>Hashes as fields of messages.</summary>
public static class HashBytes
{
    /// <summary>The 32 bytes, copied once: messages are full of hashes.</summary>
    public static ByteString ToByteString(this Hash256 hash) => UnsafeByteOperations.UnsafeWrap(hash.ToArray());
}
