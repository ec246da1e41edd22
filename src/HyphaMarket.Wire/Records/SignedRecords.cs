using System.Buffers;
using Google.Protobuf;
using HyphaMarket.Market.Ids;
using HyphaMarket.Wire.Messages;

namespace HyphaMarket.Wire;

/// <summary>Identity and authorisation of records. A signature covers domain tag + network id + the body's bytes as received.</summary>
public static class SignedRecords
{
    /// <summary>Ed25519.</summary>
    public const int SignatureSize = 64;

    /// <summary>A plain offer with tag and network id fits.</summary>
    private const int MostOnStack = 512;

    public static RecordId IdOf(RecordKind kind, ReadOnlySpan<byte> body) => new(Hash256.Of(DomainTags.Of(kind), body));

    public static RecordId IdOf(Record record)
    {
        ArgumentNullException.ThrowIfNull(record);
        return record.Id;
    }

    /// <summary>The bytes that a signature over a body of this kind covers.</summary>
    public static byte[] SigningBytes(NetworkId network, RecordKind kind, ReadOnlySpan<byte> body) =>
        SigningBytes(network, DomainTags.Of(kind), body);

    /// <summary>The bytes that a signature covers, under any tag (a bundle has its own).</summary>
    public static byte[] SigningBytes(NetworkId network, ReadOnlySpan<byte> tag, ReadOnlySpan<byte> body)
    {
        var bytes = new byte[tag.Length + Hash256.Size + body.Length];
        WriteSigningBytes(network, tag, body, bytes);
        return bytes;
    }

    /// <summary>A record with the signer's plain signature.</summary>
    public static Record Sign(NetworkId network, RecordKind kind, ByteString body, ISigner signer)
    {
        ArgumentNullException.ThrowIfNull(body);
        ArgumentNullException.ThrowIfNull(signer);
        return new Record
        {
            Kind = kind,
            Body = body,
            Signature = ByteString.CopyFrom(signer.Sign(SigningBytes(network, kind, body.Span))),
        };
    }

    /// <summary>Serialises the body and signs it.</summary>
    public static Record Sign(NetworkId network, RecordKind kind, IMessage body, ISigner signer) => Sign(network, kind, body.ToByteString(), signer);

    /// <summary>Whether the record carries the signer's own signature (plain, or by a bundle).</summary>
    public static bool VerifySignature(NetworkId network, Record record, ParticipantId signer, ISignatureVerifier verifier)
    {
        ArgumentNullException.ThrowIfNull(record);
        ArgumentNullException.ThrowIfNull(verifier);
        return record.AuthorisationCase switch
        {
            Record.AuthorisationOneofCase.Signature =>
                record.Signature.Length == SignatureSize
                && Verify(network, record, signer, verifier),
            Record.AuthorisationOneofCase.Bundle => Bundles.Verify(network, record, signer, verifier),
            _ => false,
        };
    }

    private static bool Verify(NetworkId network, Record record, ParticipantId signer, ISignatureVerifier verifier)
    {
        var tag = DomainTags.Of(record.Kind);
        var body = record.Body.Span;
        var length = tag.Length + Hash256.Size + body.Length;
        var rented = length > MostOnStack ? ArrayPool<byte>.Shared.Rent(length) : null;
        var bytes = rented is null ? stackalloc byte[MostOnStack] : rented;
        WriteSigningBytes(network, tag, body, bytes);
        var isRight = verifier.Verify(signer, bytes[..length], record.Signature.Span);
        if (rented is not null) ArrayPool<byte>.Shared.Return(rented);
        return isRight;
    }

    private static void WriteSigningBytes(NetworkId network, ReadOnlySpan<byte> tag, ReadOnlySpan<byte> body, Span<byte> bytes)
    {
        tag.CopyTo(bytes);
        network.Value.CopyTo(bytes[tag.Length..]);
        body.CopyTo(bytes[(tag.Length + Hash256.Size)..]);
    }
}
