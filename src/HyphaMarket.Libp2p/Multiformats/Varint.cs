using System.Buffers;

namespace HyphaMarket.Libp2p.Multiformats;

/// <summary>The unsigned variable-length integer of the multiformats: little-endian groups of seven bits, the high bit of a byte says that more follow.</summary>
/// <remarks>Source: github.com/multiformats/unsigned-varint.</remarks>
public static class Varint
{
    /// <summary>"For security, to avoid memory attacks, we use a practical max of 9 bytes", so the largest value has 63 bits.</summary>
    public const int MaxLength = 9;

    /// <summary>The largest value that nine bytes carry.</summary>
    public const ulong MaxValue = long.MaxValue;

    /// <summary>The number of bytes a value takes, 1 to 9.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value has more than 63 bits.</exception>
    public static int GetLength(ulong value)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(value, MaxValue);
        var length = 1;
        while ((value >>= 7) != 0) length++;
        return length;
    }

    /// <summary>Writes a value and returns the number of bytes written.</summary>
    /// <exception cref="ArgumentException">The destination is too short.</exception>
    public static int Write(Span<byte> destination, ulong value)
    {
        var length = GetLength(value);
        if (destination.Length < length) throw new ArgumentException("The destination is too short for the varint.", nameof(destination));
        for (var i = 0; i < length - 1; i++, value >>= 7) destination[i] = (byte)(value | 0x80);
        destination[length - 1] = (byte)value;
        return length;
    }

    /// <summary>Reads a value from the start of a buffer; never throws.</summary>
    /// <returns>
    /// Done; NeedMoreData where the buffer ends inside a varint that is right so far; InvalidData where it is longer than nine bytes or not minimal.
    /// </returns>
    public static OperationStatus TryRead(ReadOnlySpan<byte> source, out ulong value, out int length)
    {
        value = 0;
        length = 0;
        var result = 0UL;
        for (var i = 0; i < MaxLength; i++)
        {
            if (i == source.Length) return OperationStatus.NeedMoreData;
            var current = source[i];
            result |= (ulong)(current & 0x7F) << (7 * i);
            if ((current & 0x80) != 0) continue;
            // "varints must be encoded in the smallest number of bytes": a last group of zero adds nothing.
            if (current == 0 && i > 0) return OperationStatus.InvalidData;
            value = result;
            length = i + 1;
            return OperationStatus.Done;
        }
        return OperationStatus.InvalidData;
    }

    /// <summary>Reads a value and moves the buffer past it; false where the varint is cut short or wrong.</summary>
    internal static bool TryTake(ref ReadOnlySpan<byte> source, out ulong value)
    {
        if (TryRead(source, out value, out var length) != OperationStatus.Done) return false;
        source = source[length..];
        return true;
    }
}
