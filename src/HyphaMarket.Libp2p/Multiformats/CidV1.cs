namespace HyphaMarket.Libp2p.Multiformats;

/// <summary>A content id, version 1: varint 1, varint content type, multihash; its text is base32 with the multibase prefix.</summary>
/// <remarks>Source: github.com/multiformats/cid. Provider keys in the Kademlia network are the multihash inside.</remarks>
public sealed class CidV1 : IEquatable<CidV1>
{
    /// <summary>The content type of raw bytes.</summary>
    public const ulong RawCodec = 0x55;

    /// <summary>The content type of a peer id.</summary>
    public const ulong Libp2pKeyCodec = 0x72;

    private const ulong Version = 1;

    // Every registered codec, digest and prefix in use fits; longer text is refused before it is decoded.
    private const int MaxTextLength = 512;

    private readonly byte[] _bytes;

    private CidV1(byte[] bytes, ulong codec, Multihash hash)
    {
        _bytes = bytes;
        Codec = codec;
        Hash = hash;
    }

    /// <summary>The content type, from the multicodec table.</summary>
    public ulong Codec { get; }

    public Multihash Hash { get; }

    public ReadOnlyMemory<byte> Bytes => _bytes;

    public static CidV1 Create(ulong codec, Multihash hash)
    {
        ArgumentNullException.ThrowIfNull(hash);
        var head = 1 + Varint.GetLength(codec);
        var bytes = new byte[head + hash.Bytes.Length];
        Varint.Write(bytes, Version);
        Varint.Write(bytes.AsSpan(1), codec);
        hash.Bytes.Span.CopyTo(bytes.AsSpan(head));
        return new CidV1(bytes, codec, hash);
    }

    /// <summary>Reads an id that fills the whole buffer; never throws.</summary>
    public static bool TryFromBytes(ReadOnlySpan<byte> bytes, out CidV1? cid)
    {
        cid = null;
        var rest = bytes;
        if (!Varint.TryTake(ref rest, out var version) || version != Version) return false;
        if (!Varint.TryTake(ref rest, out var codec) || !Multihash.TryFromBytes(rest, out var hash)) return false;
        cid = new CidV1(bytes.ToArray(), codec, hash!);
        return true;
    }

    /// <summary>Reads the text form (base32 or base58btc with their multibase prefixes <c>b</c> and <c>z</c>); never throws.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out CidV1? cid)
    {
        cid = null;
        if (text.IsEmpty || text.Length > MaxTextLength) return false;
        byte[] bytes;
        var decoded = text[0] == 'z' ? Base58Btc.TryDecode(text[1..], out bytes) : Base32.TryDecodeMultibase(text, out bytes);
        return decoded && TryFromBytes(bytes, out cid);
    }

    /// <summary>The base32 text with its multibase prefix, as in <c>bafz…</c>.</summary>
    public override string ToString() => Base32.EncodeMultibase(_bytes);

    public bool Equals(CidV1? other) => other is not null && _bytes.AsSpan().SequenceEqual(other._bytes);
    public override bool Equals(object? obj) => Equals(obj as CidV1);
    public override int GetHashCode()
    {
        var hash = new HashCode();
        hash.AddBytes(_bytes);
        return hash.ToHashCode();
    }
}
