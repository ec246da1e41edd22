using System.Numerics;

namespace HyphaMarket.Libp2p.Protobuf;

/// <summary>Writes protobuf fields into a span whose size the caller computed beforehand with the size functions here.</summary>
internal ref struct ProtobufWriter(Span<byte> destination)
{
    private readonly Span<byte> _destination = destination;

    public int Written { get; private set; }

    public static int VarintSize(ulong value) => (BitOperations.Log2(value | 1) / 7) + 1;

    /// <summary>Size of a length-delimited field whose number is below 16, which all of ours are, so that its tag is one byte.</summary>
    public static int BytesFieldSize(int length) => 1 + VarintSize((ulong)length) + length;

    public static int VarintFieldSize(ulong value) => 1 + VarintSize(value);

    public void WriteVarint(ulong value)
    {
        while (value >= 0x80)
        {
            _destination[Written++] = (byte)(value | 0x80);
            value >>= 7;
        }
        _destination[Written++] = (byte)value;
    }

    public void WriteVarintField(int field, ulong value)
    {
        _destination[Written++] = (byte)((field << 3) | (int)WireType.Varint);
        WriteVarint(value);
    }

    /// <summary>Writes the tag and length of a field whose bytes the caller writes next.</summary>
    public void WriteHead(int field, int length)
    {
        _destination[Written++] = (byte)((field << 3) | (int)WireType.Bytes);
        WriteVarint((ulong)length);
    }

    public void WriteBytesField(int field, ReadOnlySpan<byte> value)
    {
        WriteHead(field, value.Length);
        value.CopyTo(_destination[Written..]);
        Written += value.Length;
    }

    public void WriteStringField(int field, string value)
    {
        WriteHead(field, System.Text.Encoding.UTF8.GetByteCount(value));
        Written += System.Text.Encoding.UTF8.GetBytes(value, _destination[Written..]);
    }
}
