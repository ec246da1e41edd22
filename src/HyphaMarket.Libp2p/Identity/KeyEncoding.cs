using HyphaMarket.Libp2p.Multiformats;

namespace HyphaMarket.Libp2p.Identity;

/// <summary>The protobuf form of keys, which peer ids are hashes of and which therefore has exactly one encoding.</summary>
/// <remarks>
/// libp2p/specs peer-ids/peer-ids.md: "varints must use the minimal representation", "fields must be encoded in tag order",
/// "all fields must be included", "no additional fields may be defined". A parser that let other encodings in would let one
/// key have many peer ids, so this one takes the canonical encoding alone. Messages: proto/libp2p/keys.proto.
/// </remarks>
internal static class KeyEncoding
{
    private const byte TypeTag = (1 << 3) | 0;
    private const byte DataTag = (2 << 3) | 2;

    public static byte[] Encode(KeyType type, ReadOnlySpan<byte> data)
    {
        var prefix = Varint.GetLength((ulong)data.Length);
        var bytes = new byte[3 + prefix + data.Length];
        bytes[0] = TypeTag;
        bytes[1] = (byte)type;
        bytes[2] = DataTag;
        Varint.Write(bytes.AsSpan(3), (ulong)data.Length);
        data.CopyTo(bytes.AsSpan(3 + prefix));
        return bytes;
    }

    /// <summary>Reads the canonical form; never throws.</summary>
    public static bool TryDecode(ReadOnlySpan<byte> bytes, out KeyType type, out ReadOnlySpan<byte> data)
    {
        type = default;
        data = default;
        if (bytes.Length < 4 || bytes[0] != TypeTag || bytes[1] > (byte)KeyType.Ecdsa || bytes[2] != DataTag) return false;
        var rest = bytes[3..];
        if (!Varint.TryTake(ref rest, out var length) || length != (ulong)rest.Length) return false;
        type = (KeyType)bytes[1];
        data = rest;
        return true;
    }
}
