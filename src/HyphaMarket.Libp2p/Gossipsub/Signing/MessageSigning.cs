using System.Buffers;
using System.Buffers.Binary;
using HyphaMarket.Libp2p.Crypto;
using HyphaMarket.Libp2p.Gossipsub.Wire;
using HyphaMarket.Libp2p.Identity;

namespace HyphaMarket.Libp2p.Gossipsub.Signing;

/// <summary>Signs and verifies messages of StrictSign topics. Source: libp2p/specs pubsub/README.md, "Message Signing".</summary>
internal static class MessageSigning
{
    private static ReadOnlySpan<byte> Prefix => "libp2p-pubsub:"u8;

    /// <summary>Makes a signed message. The key is left out, since an Ed25519 peer id contains it.</summary>
    public static PubsubMessage Sign(KeyPair keys, string topic, ReadOnlySpan<byte> data, ulong sequenceNumber)
    {
        var author = keys.PeerId.Span;
        Span<byte> sequence = stackalloc byte[MessageForm.SequenceNumberBytes];
        BinaryPrimitives.WriteUInt64BigEndian(sequence, sequenceNumber);

        // Prefix, fields and signature in one array: the front is what is signed, all after the prefix is the message.
        var unsigned = MessageCodec.UnsignedSize(author.Length, data.Length, sequence.Length, topic);
        var buffer = new byte[Prefix.Length + unsigned + MessageCodec.SignatureFieldSize(Ed25519.SignatureLength)];
        Prefix.CopyTo(buffer);
        MessageCodec.WriteUnsigned(buffer.AsSpan(Prefix.Length), author, data, sequence, topic);
        Span<byte> signature = stackalloc byte[Ed25519.SignatureLength];
        keys.Sign(buffer.AsSpan(0, Prefix.Length + unsigned), signature);
        MessageCodec.WriteSignature(buffer.AsSpan(Prefix.Length + unsigned), signature);
        return MessageCodec.Decode(buffer.AsMemory(Prefix.Length))
            ?? throw new ArgumentException($"A topic's name has 1 to {GossipsubOptions.LongestTopicBytes} bytes of valid UTF-8.", nameof(topic));
    }

    /// <summary>Checks the signature, and that the key is the author's.</summary>
    public static SignatureVerdict Verify(PubsubMessage message)
    {
        if (message.Signature is not { } signature) return SignatureVerdict.Invalid;
        PublicKey? key;
        if (message.Key is { } sent)
        {
            // "The key field contains the signing key when it cannot be inlined in the source peer ID. When present, it must match the peer ID."
            if (!PublicKey.TryFromProtobuf(sent.Span, out key) || key.PeerId != message.Author) return SignatureVerdict.Invalid;
        }
        else if (!message.Author.TryGetPublicKey(out key))
        {
            return SignatureVerdict.Invalid;
        }
        // "The signature is computed over the marshalled message protobuf excluding the key field. The protobuf blob is prefixed by the string
        // libp2p-pubsub: before signing." The signature field itself cannot be in it either; both are the last fields of the encoded form.
        var unsigned = MessageCodec.UnsignedPart(message);
        var buffer = ArrayPool<byte>.Shared.Rent(Prefix.Length + unsigned.Length);
        try
        {
            Prefix.CopyTo(buffer);
            unsigned.CopyTo(buffer.AsSpan(Prefix.Length));
            return key.Check(buffer.AsSpan(0, Prefix.Length + unsigned.Length), signature.Span);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
