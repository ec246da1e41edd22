using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace HyphaMarket.Libp2p.Gossipsub;

/// <summary>The ways to name a message. All members of a topic must use the same, or gossip about a message names what others do not know.</summary>
public static class MessageIds
{
    /// <summary>
    /// The author's peer id and the sequence number, joined: the default of StrictSign topics. Source: libp2p/specs pubsub/README.md;
    /// the order is that of go-libp2p and rust-libp2p.
    /// </summary>
    public static MessageId AuthorAndSequence(PubsubMessage message)
    {
        ArgumentNullException.ThrowIfNull(message);
        var from = message.From ?? default;
        var sequence = message.SequenceNumber ?? default;
        var bytes = new byte[from.Length + sequence.Length];
        from.Span.CopyTo(bytes);
        sequence.Span.CopyTo(bytes.AsSpan(from.Length));
        return new MessageId(bytes);
    }

    /// <summary>
    /// SHA-256 over the topic (its length in bytes as eight big-endian bytes, then its UTF-8) and the data: the default of StrictNoSign topics, so that
    /// the same content from two senders is one message.
    /// </summary>
    public static MessageId TopicAndContent(PubsubMessage message)
    {
        ArgumentNullException.ThrowIfNull(message);
        Span<byte> head = stackalloc byte[8 + GossipsubOptions.LongestTopicBytes];
        var topicLength = Encoding.UTF8.GetBytes(message.Topic, head[8..]);
        BinaryPrimitives.WriteInt64BigEndian(head, topicLength);
        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(head[..(8 + topicLength)]);
        hash.AppendData(message.Data.Span);
        hash.GetHashAndReset(digest);
        return new MessageId(digest);
    }

    /// <summary>SHA-256 over the data alone: what js-libp2p uses by default where messages are not signed.</summary>
    public static MessageId Content(PubsubMessage message)
    {
        ArgumentNullException.ThrowIfNull(message);
        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(message.Data.Span, digest);
        return new MessageId(digest);
    }

    /// <summary>
    /// The author's public key in protobuf form and the sequence number: what js-libp2p uses by default where messages are signed. It differs
    /// from <see cref="AuthorAndSequence"/> only in the two multihash bytes that an inlined key's peer id begins with.
    /// </summary>
    public static MessageId KeyAndSequence(PubsubMessage message)
    {
        ArgumentNullException.ThrowIfNull(message);
        var from = message.From ?? default;
        var key = message.Key ?? (from.Length > 2 && from.Span[0] == 0 ? from[2..] : from);
        var sequence = message.SequenceNumber ?? default;
        var bytes = new byte[key.Length + sequence.Length];
        key.Span.CopyTo(bytes);
        sequence.Span.CopyTo(bytes.AsSpan(key.Length));
        return new MessageId(bytes);
    }
}
