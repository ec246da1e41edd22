using System.Buffers.Binary;

namespace HyphaMarket.Market.Ids;

/// <summary>A participant's name in the market: the bytes of its libp2p peer id, which the market never interprets.</summary>
public readonly struct ParticipantId : IEquatable<ParticipantId>, IComparable<ParticipantId>
{
    /// <summary>A peer id of a SHA-256 multihash has 34 bytes, one of an inlined Ed25519 key 38; this leaves room for others.</summary>
    public const int MaxSize = 64;

    private readonly byte[]? _bytes;

    /// <param name="bytes">1 to 64 bytes, copied.</param>
    /// <exception cref="ArgumentException">Another length.</exception>
    public ParticipantId(ReadOnlySpan<byte> bytes)
    {
        if (bytes.IsEmpty || bytes.Length > MaxSize) throw new ArgumentException($"A participant id has 1 to {MaxSize} bytes, not {bytes.Length}.", nameof(bytes));
        _bytes = bytes.ToArray();
    }

    public static bool TryFromBytes(ReadOnlySpan<byte> bytes, out ParticipantId id)
    {
        var ok = bytes.Length is > 0 and <= MaxSize;
        id = ok ? new ParticipantId(bytes) : default;
        return ok;
    }

    public ReadOnlySpan<byte> Span => _bytes;
    public ReadOnlyMemory<byte> Memory => _bytes;
    public bool IsDefault => _bytes is null;
    public byte[] ToArray() => Span.ToArray();
    public bool Equals(ParticipantId other) => ReferenceEquals(_bytes, other._bytes) || Span.SequenceEqual(other.Span);
    public override bool Equals(object? obj) => obj is ParticipantId other && Equals(other);

    // Ids come from strangers, so the hash is keyed. One of an inlined key ends with the key: of its last eight bytes the upper half of a product is enough, as for a
    // Hash256, since to find two keys with the same end takes 2^32 tries, and each of more as many again.
    public override int GetHashCode()
    {
        if (_bytes is { Length: >= sizeof(ulong) } bytes) return Hash256.HashOf(BinaryPrimitives.ReadUInt64LittleEndian(bytes.AsSpan(bytes.Length - sizeof(ulong))));
        var hash = new HashCode();
        hash.AddBytes(Span);
        return hash.ToHashCode();
    }

    public int CompareTo(ParticipantId other) => Span.SequenceCompareTo(other.Span);
    public static bool operator ==(ParticipantId left, ParticipantId right) => left.Equals(right);
    public static bool operator !=(ParticipantId left, ParticipantId right) => !left.Equals(right);
    public static bool operator <(ParticipantId left, ParticipantId right) => left.CompareTo(right) < 0;
    public static bool operator >(ParticipantId left, ParticipantId right) => left.CompareTo(right) > 0;
    public static bool operator <=(ParticipantId left, ParticipantId right) => left.CompareTo(right) <= 0;
    public static bool operator >=(ParticipantId left, ParticipantId right) => left.CompareTo(right) >= 0;
    public override string ToString() => Convert.ToHexStringLower(Span);
}
