namespace HyphaMarket.Libp2p.Gossipsub;

/// <summary>The name of a message: two messages with the same id are the same message to the router. Any bytes.</summary>
public readonly struct MessageId : IEquatable<MessageId>
{
    private readonly byte[]? _bytes;

    // Kept, because an id is looked up in several tables. It is the framework's randomised hash: ids are chosen by strangers, who could otherwise
    // fill one bucket.
    private readonly int _hash;

    public MessageId(ReadOnlySpan<byte> bytes)
    {
        _bytes = bytes.ToArray();
        var hash = new HashCode();
        hash.AddBytes(bytes);
        _hash = hash.ToHashCode();
    }

    public ReadOnlySpan<byte> Span => _bytes;

    public int Length => _bytes?.Length ?? 0;

    public bool Equals(MessageId other) => _hash == other._hash && Span.SequenceEqual(other.Span);
    public override bool Equals(object? obj) => obj is MessageId other && Equals(other);
    public override int GetHashCode() => _hash;
    public static bool operator ==(MessageId left, MessageId right) => left.Equals(right);
    public static bool operator !=(MessageId left, MessageId right) => !left.Equals(right);

    /// <summary>Lower-case hexadecimal.</summary>
    public override string ToString() => Convert.ToHexStringLower(Span);
}
