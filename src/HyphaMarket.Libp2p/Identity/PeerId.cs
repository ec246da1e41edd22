namespace HyphaMarket.Libp2p.Identity;

/// <summary>The name of a peer: the multihash of its public key (identity multihash for keys of at most 42 bytes, else SHA-256).</summary>
/// <remarks>Source: libp2p/specs peer-ids/peer-ids.md.</remarks>
public readonly struct PeerId : IEquatable<PeerId>, IComparable<PeerId>
{
    private readonly byte[]? _multihash;

    private PeerId(byte[] multihash) => _multihash = multihash;

    /// <summary>The multihash bytes; empty for the default value, which names nobody.</summary>
    public ReadOnlyMemory<byte> Bytes => _multihash;

    /// <summary>The multihash bytes.</summary>
    public ReadOnlySpan<byte> Span => _multihash;

    public bool IsDefault => _multihash is null;

    /// <summary>Wraps multihash bytes.</summary>
    /// <exception cref="FormatException">The bytes are no peer id's multihash.</exception>
    public static PeerId FromBytes(ReadOnlySpan<byte> multihash) =>
        TryFromBytes(multihash, out var id) ? id : throw new FormatException("The bytes are not the multihash of a peer id.");

    public static bool TryFromBytes(ReadOnlySpan<byte> multihash, out PeerId peerId)
    {
        peerId = default;
        // To be completed: accepts identity (0x00) and sha2-256 (0x12) multihashes only.
        if (multihash.Length < 2 || multihash.Length > 128) return false;
        peerId = new PeerId(multihash.ToArray());
        return true;
    }

    public bool Equals(PeerId other) => Span.SequenceEqual(other.Span);
    public override bool Equals(object? obj) => obj is PeerId other && Equals(other);
    public override int GetHashCode()
    {
        var hash = new HashCode();
        hash.AddBytes(Span);
        return hash.ToHashCode();
    }

    /// <summary>Orders by bytes.</summary>
    public int CompareTo(PeerId other) => Span.SequenceCompareTo(other.Span);
    public static bool operator ==(PeerId left, PeerId right) => left.Equals(right);
    public static bool operator !=(PeerId left, PeerId right) => !left.Equals(right);
    public static bool operator <(PeerId left, PeerId right) => left.CompareTo(right) < 0;
    public static bool operator >(PeerId left, PeerId right) => left.CompareTo(right) > 0;
    public static bool operator <=(PeerId left, PeerId right) => left.CompareTo(right) <= 0;
    public static bool operator >=(PeerId left, PeerId right) => left.CompareTo(right) >= 0;

    /// <summary>The base58btc text, as in <c>12D3KooW…</c>.</summary>
    public override string ToString() => Convert.ToHexStringLower(Span);
}
