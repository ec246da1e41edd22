using System.Text;
using System.Text.Unicode;
using HyphaMarket.Libp2p.Protobuf;

namespace HyphaMarket.Libp2p.Gossipsub.Wire;

/// <summary>The <c>Message</c> of the pubsub RPC.</summary>
internal static class MessageCodec
{
    private const int FromField = 1, DataField = 2, SequenceField = 3, TopicField = 4, SignatureField = 5, KeyField = 6;

    /// <summary>Encodes the fields in ascending order, as every implementation does; signatures depend on it.</summary>
    public static byte[] Encode(PubsubMessage message)
    {
        var size = SizeOf(message.From) + SizeOf(message.DataField) + SizeOf(message.SequenceNumber)
            + ProtobufWriter.BytesFieldSize(Encoding.UTF8.GetByteCount(message.Topic)) + SizeOf(message.Signature) + SizeOf(message.Key);
        var bytes = new byte[size];
        var writer = new ProtobufWriter(bytes);
        if (message.From is { } from) writer.WriteBytesField(FromField, from.Span);
        if (message.DataField is { } data) writer.WriteBytesField(DataField, data.Span);
        if (message.SequenceNumber is { } sequence) writer.WriteBytesField(SequenceField, sequence.Span);
        writer.WriteStringField(TopicField, message.Topic);
        if (message.Signature is { } signature) writer.WriteBytesField(SignatureField, signature.Span);
        if (message.Key is { } key) writer.WriteBytesField(KeyField, key.Span);
        return bytes;
    }

    /// <summary>The encoded form without signature and key.</summary>
    public static ReadOnlySpan<byte> UnsignedPart(PubsubMessage message) =>
        message.Encoded.Span[..^(SizeOf(message.Signature) + SizeOf(message.Key))];

    /// <summary>Size of a message with all fields but signature and key.</summary>
    public static int UnsignedSize(int from, int data, int sequence, string topic) =>
        ProtobufWriter.BytesFieldSize(from) + ProtobufWriter.BytesFieldSize(data) + ProtobufWriter.BytesFieldSize(sequence)
        + ProtobufWriter.BytesFieldSize(Encoding.UTF8.GetByteCount(topic));

    public static int SignatureFieldSize(int signature) => ProtobufWriter.BytesFieldSize(signature);

    public static void WriteUnsigned(Span<byte> destination, ReadOnlySpan<byte> from, ReadOnlySpan<byte> data, ReadOnlySpan<byte> sequence, string topic)
    {
        var writer = new ProtobufWriter(destination);
        writer.WriteBytesField(FromField, from);
        writer.WriteBytesField(DataField, data);
        writer.WriteBytesField(SequenceField, sequence);
        writer.WriteStringField(TopicField, topic);
    }

    public static void WriteSignature(Span<byte> destination, ReadOnlySpan<byte> signature) =>
        new ProtobufWriter(destination).WriteBytesField(SignatureField, signature);

    /// <summary>Reads a message and takes over its bytes, which nobody may change from now on; null where it is malformed, names no topic, an invalid one or several.</summary>
    /// <remarks>
    /// Unknown fields are read and left behind: they stand under no signature, and would be free freight for whoever forwards them.
    /// </remarks>
    public static PubsubMessage? Decode(ReadOnlyMemory<byte> owned)
    {
        var reader = new ProtobufReader(owned.Span);
        ReadOnlyMemory<byte>? from = null, data = null, sequence = null, signature = null, key = null;
        string? topic = null;
        var canonical = true;
        var previous = 0;
        while (!reader.AtEnd)
        {
            if (!reader.TryReadTag(out var field, out var type)) return null;
            canonical &= field > previous && field <= KeyField;
            previous = field;
            if (field is < FromField or > KeyField)
            {
                if (!reader.TrySkip(type)) return null;
                continue;
            }
            if (type != WireType.Bytes || !reader.TryReadBytes(out var value)) return null;
            var slice = owned.Slice(reader.Position - value.Length, value.Length);
            switch (field)
            {
                case FromField: from = slice; break;
                case DataField: data = slice; break;
                case SequenceField: sequence = slice; break;
                case SignatureField: signature = slice; break;
                case KeyField: key = slice; break;
                default:
                    // A message of two topics would be judged by the rules of one and spread in both.
                    if (topic is not null || (topic = ReadTopic(value)) is null) return null;
                    break;
            }
        }
        if (topic is null) return null;
        // Typed, because a bare null would become empty memory and not the absence of one.
        ReadOnlyMemory<byte>? encoded = canonical && !reader.SawOverlongVarint ? owned : (ReadOnlyMemory<byte>?)null;
        return PubsubMessage.FromWire(topic, data, from, sequence, signature, key, encoded);
    }

    /// <summary>Reads a topic's name; null where it is not 1 to <see cref="GossipsubOptions.LongestTopicBytes"/> bytes of valid UTF-8.</summary>
    /// <remarks>Invalid UTF-8 is refused and not mended: two different topics must not become one.</remarks>
    public static string? ReadTopic(ReadOnlySpan<byte> bytes) =>
        bytes.Length is > 0 and <= GossipsubOptions.LongestTopicBytes && Utf8.IsValid(bytes) ? Encoding.UTF8.GetString(bytes) : null;

    private static int SizeOf(ReadOnlyMemory<byte>? field) => field is { } value ? ProtobufWriter.BytesFieldSize(value.Length) : 0;
}
