using System.Diagnostics.CodeAnalysis;
using Google.Protobuf;
using HyphaMarket.Libp2p.Identity.Records.Messages;
using HyphaMarket.Libp2p.Multiformats;

namespace HyphaMarket.Libp2p.Identity.Records;

/// <summary>A payload with its signer's key and signature, which can be passed from hand to hand and still be believed. Every instance was verified or sealed here.</summary>
/// <remarks>Source: libp2p/specs RFC/0002-signed-envelopes.md. Immutable.</remarks>
public sealed class SignedEnvelope
{
    /// <summary>The longest payload: a peer record of 64 addresses of 120 bytes, and more than any relay voucher.</summary>
    public const int MaxPayloadLength = 8 * 1024;

    /// <summary>The longest signature: that of an RSA key of 8,192 bits.</summary>
    public const int MaxSignatureLength = 1024;

    /// <summary>The longest envelope: key, type, payload and signature at their limits, each behind a tag and a length of at most two bytes.</summary>
    public const int MaxLength = PublicKey.MaxProtobufLength + EnvelopePurpose.MaxLength + MaxPayloadLength + MaxSignatureLength + (4 * 3);

    private readonly byte[] _bytes;
    private readonly byte[] _payload;

    private SignedEnvelope(byte[] bytes, PublicKey signer, EnvelopePurpose purpose, byte[] payload)
    {
        _bytes = bytes;
        _payload = payload;
        Signer = signer;
        Purpose = purpose;
    }

    /// <summary>The key that signed. Whether its owner may say what the payload says is for the reader of the payload to check.</summary>
    public PublicKey Signer { get; }

    /// <summary>The purpose the signature was checked for.</summary>
    public EnvelopePurpose Purpose { get; }

    /// <summary>The signed payload.</summary>
    public ReadOnlyMemory<byte> Payload => _payload;

    /// <summary>The whole envelope as it travels, to be passed on unchanged.</summary>
    public ReadOnlyMemory<byte> Bytes => _bytes;

    /// <summary>Signs a payload for a purpose.</summary>
    /// <exception cref="ArgumentException">The payload is empty or longer than <see cref="MaxPayloadLength"/>.</exception>
    /// <exception cref="ObjectDisposedException">The key pair was disposed.</exception>
    public static SignedEnvelope Seal(KeyPair keys, EnvelopePurpose purpose, ReadOnlySpan<byte> payload)
    {
        ArgumentNullException.ThrowIfNull(keys);
        ArgumentNullException.ThrowIfNull(purpose);
        if (payload.Length is 0 or > MaxPayloadLength) throw new ArgumentException($"A payload has 1 to {MaxPayloadLength} bytes.", nameof(payload));
        var message = new Envelope
        {
            PublicKey = ByteString.CopyFrom(keys.PublicKey.Protobuf.Span),
            PayloadType = ByteString.CopyFrom(purpose.PayloadType.Span),
            Payload = ByteString.CopyFrom(payload),
            Signature = ByteString.CopyFrom(keys.Sign(SignedBytes(purpose, payload))),
        };
        return new SignedEnvelope(message.ToByteArray(), keys.PublicKey, purpose, payload.ToArray());
    }

    /// <summary>Reads and verifies an envelope; where it is refused, <paramref name="fault"/> says why. Never throws on hostile input.</summary>
    public static bool TryOpen(
        ReadOnlySpan<byte> bytes, EnvelopePurpose purpose, [NotNullWhen(true)] out SignedEnvelope? envelope, out EnvelopeFault fault)
    {
        ArgumentNullException.ThrowIfNull(purpose);
        envelope = null;
        fault = EnvelopeFault.Malformed;
        if (bytes.Length > MaxLength || Read(bytes) is not { } message) return false;
        if (!PublicKey.TryFromProtobuf(message.PublicKey.Span, out var key)) return false;
        if (message.Payload.Length is 0 or > MaxPayloadLength || message.Signature.Length is 0 or > MaxSignatureLength) return false;
        fault = EnvelopeFault.WrongType;
        if (!message.PayloadType.Span.SequenceEqual(purpose.PayloadType.Span)) return false;
        var payload = message.Payload.ToByteArray();
        fault = key.Check(SignedBytes(purpose, payload), message.Signature.Span) switch
        {
            SignatureVerdict.Valid => EnvelopeFault.None,
            SignatureVerdict.UnsupportedKey => EnvelopeFault.UnsupportedKey,
            _ => EnvelopeFault.WrongSignature,
        };
        if (fault != EnvelopeFault.None) return false;
        envelope = new SignedEnvelope(bytes.ToArray(), key, purpose, payload);
        return true;
    }

    /// <summary>Takes the canonical encoding alone: what no signature covers (unknown fields, repeated ones, padding) must not travel with an envelope from hand to hand.</summary>
    private static Envelope? Read(ReadOnlySpan<byte> bytes)
    {
        try
        {
            var message = Envelope.Parser.WithDiscardUnknownFields(true).ParseFrom(bytes);
            return message.CalculateSize() == bytes.Length && message.ToByteArray().AsSpan().SequenceEqual(bytes) ? message : null;
        }
        catch (InvalidProtocolBufferException)
        {
            return null;
        }
    }

    /// <summary>"The length values for each field are encoded as unsigned variable-length integers": domain, payload type and payload, each behind its length.</summary>
    private static byte[] SignedBytes(EnvelopePurpose purpose, ReadOnlySpan<byte> payload)
    {
        var domain = purpose.DomainBytes;
        var type = purpose.PayloadType.Span;
        var bytes = new byte[Prefixed(domain) + Prefixed(type) + Prefixed(payload)];
        var rest = bytes.AsSpan();
        Append(ref rest, domain);
        Append(ref rest, type);
        Append(ref rest, payload);
        return bytes;

        static int Prefixed(ReadOnlySpan<byte> value) => Varint.GetLength((ulong)value.Length) + value.Length;

        static void Append(ref Span<byte> rest, ReadOnlySpan<byte> value)
        {
            rest = rest[Varint.Write(rest, (ulong)value.Length)..];
            value.CopyTo(rest);
            rest = rest[value.Length..];
        }
    }
}
