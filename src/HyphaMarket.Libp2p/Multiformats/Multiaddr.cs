namespace HyphaMarket.Libp2p.Multiformats;

/// <summary>A self-describing network address, such as <c>/ip4/127.0.0.1/tcp/4001/p2p/12D3KooW…</c>, kept in its binary form.</summary>
/// <remarks>Source: libp2p/specs addressing/README.md.</remarks>
public sealed class Multiaddr : IEquatable<Multiaddr>
{
    private readonly byte[] _bytes;

    private Multiaddr(byte[] bytes) => _bytes = bytes;

    /// <summary>The binary form.</summary>
    public ReadOnlyMemory<byte> Bytes => _bytes;

    public static bool TryFromBytes(ReadOnlySpan<byte> bytes, out Multiaddr? address)
    {
        // To be completed: validates every component.
        address = new Multiaddr(bytes.ToArray());
        return true;
    }

    public bool Equals(Multiaddr? other) => other is not null && _bytes.AsSpan().SequenceEqual(other._bytes);
    public override bool Equals(object? obj) => Equals(obj as Multiaddr);
    public override int GetHashCode()
    {
        var hash = new HashCode();
        hash.AddBytes(_bytes);
        return hash.ToHashCode();
    }
}
