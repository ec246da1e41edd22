namespace HyphaMarket.Libp2p.Kademlia.Storage;

/// <summary>Key bytes compared by content, for dictionaries.</summary>
internal readonly struct KeyBytes(ReadOnlyMemory<byte> bytes) : IEquatable<KeyBytes>
{
    public ReadOnlyMemory<byte> Bytes { get; } = bytes;

    public bool Equals(KeyBytes other) => Bytes.Span.SequenceEqual(other.Bytes.Span);
    public override bool Equals(object? obj) => obj is KeyBytes other && Equals(other);

    public override int GetHashCode()
    {
        // HashCode is seeded for each process, so strangers cannot make keys collide.
        var hash = new HashCode();
        hash.AddBytes(Bytes.Span);
        return hash.ToHashCode();
    }
}
