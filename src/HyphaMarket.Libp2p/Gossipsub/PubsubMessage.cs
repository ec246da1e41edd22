using System.Text;
using HyphaMarket.Libp2p.Gossipsub.Wire;
using HyphaMarket.Libp2p.Identity;

namespace HyphaMarket.Libp2p.Gossipsub;

/// <summary>One message of a topic, immutable. A field that the sender left out is null, which is not the same as empty.</summary>
/// <remarks>A received message holds one array of its own bytes, not the frame that it came in, so that keeping it costs its own size.</remarks>
public sealed class PubsubMessage
{
    private PubsubMessage(
        string topic, ReadOnlyMemory<byte>? data, ReadOnlyMemory<byte>? from, ReadOnlyMemory<byte>? sequenceNumber,
        ReadOnlyMemory<byte>? signature, ReadOnlyMemory<byte>? key, ReadOnlyMemory<byte>? canonical)
    {
        Topic = topic;
        DataField = data;
        From = from;
        SequenceNumber = sequenceNumber;
        Signature = signature;
        Key = key;
        Author = from is { } bytes && PeerId.TryFromBytes(bytes.Span, out var author) ? author : default;
        // Encoded once, and the same bytes go to every peer.
        Encoded = canonical ?? MessageCodec.Encode(this);
    }

    public string Topic { get; }

    /// <summary>The content; empty where the field is absent.</summary>
    public ReadOnlyMemory<byte> Data => DataField ?? default;

    /// <summary>The author's peer id in its binary form.</summary>
    public ReadOnlyMemory<byte>? From { get; }

    /// <summary>Eight bytes, big-endian, in a signed message.</summary>
    public ReadOnlyMemory<byte>? SequenceNumber { get; }

    public ReadOnlyMemory<byte>? Signature { get; }

    /// <summary>The author's public key in protobuf form, where the peer id does not contain it (or the author sent it anyway).</summary>
    public ReadOnlyMemory<byte>? Key { get; }

    /// <summary>The author; the default value where the message names none or no valid one.</summary>
    public PeerId Author { get; }

    /// <summary>The message as on the wire, with its fields in ascending order and nothing else.</summary>
    internal ReadOnlyMemory<byte> Encoded { get; }

    internal ReadOnlyMemory<byte>? DataField { get; }

    /// <summary>A message for a StrictNoSign topic; it keeps a copy of the data.</summary>
    public static PubsubMessage Unsigned(string topic, ReadOnlyMemory<byte> data) =>
        Create(topic, data.ToArray(), null, null, null, null);

    internal static PubsubMessage Create(
        string topic, ReadOnlyMemory<byte>? data, ReadOnlyMemory<byte>? from, ReadOnlyMemory<byte>? sequenceNumber,
        ReadOnlyMemory<byte>? signature, ReadOnlyMemory<byte>? key)
    {
        ArgumentException.ThrowIfNullOrEmpty(topic);
        if (Encoding.UTF8.GetByteCount(topic) > GossipsubOptions.LongestTopicBytes)
        {
            throw new ArgumentException($"A topic's name has at most {GossipsubOptions.LongestTopicBytes} bytes.", nameof(topic));
        }
        return new PubsubMessage(topic, data, from, sequenceNumber, signature, key, canonical: null);
    }

    /// <summary>Takes over bytes that the codec found to be in canonical form.</summary>
    internal static PubsubMessage FromWire(
        string topic, ReadOnlyMemory<byte>? data, ReadOnlyMemory<byte>? from, ReadOnlyMemory<byte>? sequenceNumber,
        ReadOnlyMemory<byte>? signature, ReadOnlyMemory<byte>? key, ReadOnlyMemory<byte>? canonical) =>
        new(topic, data, from, sequenceNumber, signature, key, canonical);
}
