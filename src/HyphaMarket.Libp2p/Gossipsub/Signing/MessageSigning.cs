using System.Buffers.Binary;
using HyphaMarket.Libp2p.Gossipsub.Wire;
using HyphaMarket.Libp2p.Identity;

namespace HyphaMarket.Libp2p.Gossipsub.Signing;

/// <summary>Signs and verifies messages of StrictSign topics. Source: libp2p/specs pubsub/README.md, "Message Signing".</summary>
internal static class MessageSigning
{
    private static ReadOnlySpan<byte> Prefix => "libp2p-pubsub:"u8;

    /// <summary>Makes a signed message. The key is left out, since an Ed25519 peer id contains it.</summary>
    public static PubsubMessage Sign(KeyPair keys, string topic, ReadOnlyMemory<byte> data, ulong sequenceNumber)
    {
        var sequence = new byte[MessageForm.SequenceNumberBytes];
        BinaryPrimitives.WriteUInt64BigEndian(sequence, sequenceNumber);
        var unsigned = PubsubMessage.Create(topic, data, keys.PeerId.Bytes, sequence, null, null);
        return PubsubMessage.Create(topic, data, keys.PeerId.Bytes, sequence, keys.Sign(SignedBytes(unsigned)), null);
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
        return key.Check(SignedBytes(message), signature.Span);
    }

    /// <summary>
    /// "The signature is computed over the marshalled message protobuf excluding the key field. The protobuf blob is prefixed by the string
    /// libp2p-pubsub: before signing." The signature field itself cannot be in it either.
    /// </summary>
    private static byte[] SignedBytes(PubsubMessage message)
    {
        var encoded = MessageCodec.Encode(message, withSignature: false);
        var bytes = new byte[Prefix.Length + encoded.Length];
        Prefix.CopyTo(bytes);
        encoded.CopyTo(bytes.AsSpan(Prefix.Length));
        return bytes;
    }
}
