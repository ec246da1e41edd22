using System.Security.Cryptography;

namespace HyphaMarket.Libp2p.Multiformats;

/// <summary>A hash that says which function made it: varint code, varint length, digest.</summary>
/// <remarks>Source: github.com/multiformats/multihash. Any code is accepted; equality is that of the bytes.</remarks>
public sealed class Multihash : IEquatable<Multihash>
{
    /// <summary>No registered hash in use has a longer digest (BLAKE2b-512, SHA-512); the bound keeps a hostile length harmless.</summary>
    public const int MaxDigestLength = 128;

    private readonly byte[] _bytes;
    private readonly int _digestStart;

    private Multihash(byte[] bytes, ulong code, int digestStart)
    {
        _bytes = bytes;
        Code = code;
        _digestStart = digestStart;
    }

    /// <summary>The hash function, from the multicodec table.</summary>
    public ulong Code { get; }

    /// <summary>Code, length and digest.</summary>
    public ReadOnlyMemory<byte> Bytes => _bytes;

    /// <summary>The digest alone.</summary>
    public ReadOnlyMemory<byte> Digest => _bytes.AsMemory(_digestStart);

    /// <summary>Wraps a digest.</summary>
    /// <exception cref="ArgumentException">The digest is longer than <see cref="MaxDigestLength"/>.</exception>
    public static Multihash FromDigest(MultihashCode code, ReadOnlySpan<byte> digest)
    {
        if (digest.Length > MaxDigestLength) throw new ArgumentException("The digest is too long.", nameof(digest));
        var head = Varint.GetLength((ulong)code) + Varint.GetLength((ulong)digest.Length);
        var bytes = new byte[head + digest.Length];
        var written = Varint.Write(bytes, (ulong)code);
        Varint.Write(bytes.AsSpan(written), (ulong)digest.Length);
        digest.CopyTo(bytes.AsSpan(head));
        return new Multihash(bytes, (ulong)code, head);
    }

    /// <summary>Hashes data with SHA-256.</summary>
    public static Multihash Sha256(ReadOnlySpan<byte> data) => FromDigest(MultihashCode.Sha2256, SHA256.HashData(data));

    /// <summary>Reads a multihash that fills the whole buffer; never throws.</summary>
    public static bool TryFromBytes(ReadOnlySpan<byte> bytes, out Multihash? multihash)
    {
        multihash = null;
        var rest = bytes;
        if (!Varint.TryTake(ref rest, out var code) || !Varint.TryTake(ref rest, out var length)) return false;
        if (length > MaxDigestLength || length != (ulong)rest.Length) return false;
        if (code == (ulong)MultihashCode.Sha2256 && length != SHA256.HashSizeInBytes) return false;
        multihash = new Multihash(bytes.ToArray(), code, bytes.Length - rest.Length);
        return true;
    }

    public bool Equals(Multihash? other) => other is not null && _bytes.AsSpan().SequenceEqual(other._bytes);
    public override bool Equals(object? obj) => Equals(obj as Multihash);
    public override int GetHashCode()
    {
        var hash = new HashCode();
        hash.AddBytes(_bytes);
        return hash.ToHashCode();
    }
}
