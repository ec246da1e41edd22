using System.Buffers;
using System.Buffers.Binary;
using System.Numerics;

namespace HyphaMarket.Market.Ids;

/// <summary>A SHA-256 value: 32 bytes, ordered as bytes (big-endian).</summary>
public readonly record struct Hash256 : IComparable<Hash256>
{
    /// <summary>Size in bytes.</summary>
    public const int Size = 32;

    /// <summary>An offer with its tag fits.</summary>
    private const int MostOnStack = 1024;

    /// <summary>Two hashes with a prefix, or an id with its tag, fit: clearing more than is used would cost as much as the hash.</summary>
    private const int FewOnStack = 128;

    /// <summary>Odd, and another one in each process.</summary>
    private static readonly ulong Secret = ((ulong)(uint)HashCode.Combine(1) << 32) | (uint)HashCode.Combine(2) | 1;

    private readonly ulong _a, _b, _c, _d;

    /// <param name="bytes">Exactly 32 bytes.</param>
    /// <exception cref="ArgumentException">Another length.</exception>
    public Hash256(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length != Size) throw new ArgumentException($"A hash has {Size} bytes, not {bytes.Length}.", nameof(bytes));
        _a = BinaryPrimitives.ReadUInt64BigEndian(bytes);
        _b = BinaryPrimitives.ReadUInt64BigEndian(bytes[8..]);
        _c = BinaryPrimitives.ReadUInt64BigEndian(bytes[16..]);
        _d = BinaryPrimitives.ReadUInt64BigEndian(bytes[24..]);
    }

    public static bool TryFromBytes(ReadOnlySpan<byte> bytes, out Hash256 hash)
    {
        hash = bytes.Length == Size ? new Hash256(bytes) : default;
        return bytes.Length == Size;
    }

    /// <summary>Parses 64 hexadecimal digits.</summary>
    public static bool TryParse(string? text, out Hash256 hash)
    {
        hash = default;
        Span<byte> bytes = stackalloc byte[Size];
        if (text is not { Length: 2 * Size } || Convert.FromHexString(text, bytes, out _, out _) != System.Buffers.OperationStatus.Done) return false;
        hash = new Hash256(bytes);
        return true;
    }

    /// <summary>SHA-256 of the bytes.</summary>
    public static Hash256 Of(ReadOnlySpan<byte> data)
    {
        Span<byte> digest = stackalloc byte[Size];
        Sha256.HashData(data, digest);
        return new Hash256(digest);
    }

    /// <summary>The hash of the parts one after the other: put together and hashed at once, which costs less than a hash object fed in steps.</summary>
    public static Hash256 Of(ReadOnlySpan<byte> first, ReadOnlySpan<byte> second, ReadOnlySpan<byte> third = default, ReadOnlySpan<byte> fourth = default)
    {
        var length = first.Length + second.Length + third.Length + fourth.Length;
        var rented = length > MostOnStack ? ArrayPool<byte>.Shared.Rent(length) : null;
        var bytes = rented ?? (length <= FewOnStack ? stackalloc byte[FewOnStack] : stackalloc byte[MostOnStack]);
        first.CopyTo(bytes);
        second.CopyTo(bytes[first.Length..]);
        third.CopyTo(bytes[(first.Length + second.Length)..]);
        fourth.CopyTo(bytes[(length - fourth.Length)..]);
        var hash = Of(bytes[..length]);
        if (rented is not null) ArrayPool<byte>.Shared.Return(rented);
        return hash;
    }

    /// <summary>Zero bits at the beginning: 0 to 256.</summary>
    public int LeadingZeros => _a != 0 ? BitOperations.LeadingZeroCount(_a)
        : _b != 0 ? 64 + BitOperations.LeadingZeroCount(_b)
        : _c != 0 ? 128 + BitOperations.LeadingZeroCount(_c)
        : 192 + BitOperations.LeadingZeroCount(_d);

    /// <summary>The first eight bytes as a number: where two differ, they are ordered as the hashes are.</summary>
    internal ulong Leading => _a;

    public bool IsZero => (_a | _b | _c | _d) == 0;

    /// <summary>Writes the 32 bytes.</summary>
    public void CopyTo(Span<byte> destination)
    {
        BinaryPrimitives.WriteUInt64BigEndian(destination, _a);
        BinaryPrimitives.WriteUInt64BigEndian(destination[8..], _b);
        BinaryPrimitives.WriteUInt64BigEndian(destination[16..], _c);
        BinaryPrimitives.WriteUInt64BigEndian(destination[24..], _d);
    }

    public byte[] ToArray()
    {
        var bytes = new byte[Size];
        CopyTo(bytes);
        return bytes;
    }

    /// <summary>Bitwise exclusive or: the Kademlia distance of two hashed keys.</summary>
    public Hash256 Xor(Hash256 other) => new(_a ^ other._a, _b ^ other._b, _c ^ other._c, _d ^ other._d);

    /// <summary>Of the 32 bytes as four numbers, the first bytes the most significant.</summary>
    internal Hash256(ulong a, ulong b, ulong c, ulong d) => (_a, _b, _c, _d) = (a, b, c, d);

    public bool Equals(Hash256 other) => ((_a ^ other._a) | (_b ^ other._b) | (_c ^ other._c) | (_d ^ other._d)) == 0;

    // Whoever makes an offer chooses among many ids: the secret keeps strangers from filling one bucket. The bytes are a hash already, so of the first eight
    // the upper half of a product is enough (multiply-shift, which is universal).
    public override int GetHashCode() => HashOf(_a);

    /// <summary>A hash code of eight bytes that strangers cannot foresee.</summary>
    internal static int HashOf(ulong bytes) => (int)((bytes * Secret) >> 32);

    public int CompareTo(Hash256 other)
    {
        if (_a != other._a) return _a < other._a ? -1 : 1;
        if (_b != other._b) return _b < other._b ? -1 : 1;
        if (_c != other._c) return _c < other._c ? -1 : 1;
        return _d.CompareTo(other._d);
    }

    public static bool operator <(Hash256 left, Hash256 right) => left.CompareTo(right) < 0;
    public static bool operator >(Hash256 left, Hash256 right) => left.CompareTo(right) > 0;
    public static bool operator <=(Hash256 left, Hash256 right) => left.CompareTo(right) <= 0;
    public static bool operator >=(Hash256 left, Hash256 right) => left.CompareTo(right) >= 0;

    public override string ToString() => Convert.ToHexStringLower(ToArray());
}
