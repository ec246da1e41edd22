using System.Buffers.Binary;

namespace HyphaMarket.Libp2p.Muxing;

/// <summary>The 12 bytes before every Yamux frame: version, type, flags, stream id, length, "encoded in network order".</summary>
internal readonly record struct YamuxHeader(byte Version, YamuxFrameType Type, YamuxFlags Flags, uint StreamId, uint Length)
{
    public const int Size = 12;

    public bool Has(YamuxFlags flag) => (Flags & flag) != 0;

    /// <summary>Reads a header; what it says is not judged here.</summary>
    public static YamuxHeader Read(ReadOnlySpan<byte> source) => new(
        source[0],
        (YamuxFrameType)source[1],
        (YamuxFlags)BinaryPrimitives.ReadUInt16BigEndian(source[2..]),
        BinaryPrimitives.ReadUInt32BigEndian(source[4..]),
        BinaryPrimitives.ReadUInt32BigEndian(source[8..]));

    public void Write(Span<byte> destination)
    {
        destination[0] = Version;
        destination[1] = (byte)Type;
        BinaryPrimitives.WriteUInt16BigEndian(destination[2..], (ushort)Flags);
        BinaryPrimitives.WriteUInt32BigEndian(destination[4..], StreamId);
        BinaryPrimitives.WriteUInt32BigEndian(destination[8..], Length);
    }
}
