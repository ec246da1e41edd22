using System.Formats.Asn1;

namespace HyphaMarket.Libp2p.Security.Tls;

/// <summary>The content of the libp2p Public Key Extension: a node's identity key and its signature of the certificate's key.</summary>
/// <remarks>
/// libp2p/specs tls/tls.md. The form on the wire is <c>SEQUENCE { publicKey OCTET STRING, signature OCTET STRING }</c>; early
/// revisions of the text said BIT STRING, which nobody sends.
/// </remarks>
/// <param name="PublicKey">The identity key as protobuf, not yet looked at.</param>
/// <param name="Signature">The signature, not yet verified.</param>
internal sealed record SignedKey(ReadOnlyMemory<byte> PublicKey, ReadOnlyMemory<byte> Signature)
{
    /// <summary>"the Object Identifier 1.3.6.1.4.1.53594.1.1, allocated by IANA to the libp2p project".</summary>
    public const string ExtensionOid = "1.3.6.1.4.1.53594.1.1";

    private static ReadOnlySpan<byte> SignaturePrefix => "libp2p-tls-handshake:"u8;

    /// <summary>"the concatenation of the string libp2p-tls-handshake: and the SubjectPublicKeyInfo of the certificate".</summary>
    public static byte[] SignedBytes(ReadOnlySpan<byte> subjectPublicKeyInfo) => [.. SignaturePrefix, .. subjectPublicKeyInfo];

    public byte[] Encode()
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            writer.WriteOctetString(PublicKey.Span);
            writer.WriteOctetString(Signature.Span);
        }
        return writer.Encode();
    }

    /// <exception cref="AsnContentException">The bytes are not DER of this form, or go on behind it.</exception>
    public static SignedKey Decode(ReadOnlyMemory<byte> der)
    {
        var reader = new AsnReader(der, AsnEncodingRules.DER);
        var sequence = reader.ReadSequence();
        reader.ThrowIfNotEmpty();
        var key = new SignedKey(sequence.ReadOctetString(), sequence.ReadOctetString());
        sequence.ThrowIfNotEmpty();
        return key;
    }
}
