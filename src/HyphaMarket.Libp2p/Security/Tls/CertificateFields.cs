using System.Formats.Asn1;

namespace HyphaMarket.Libp2p.Security.Tls;

/// <summary>The fields of an X.509 certificate that libp2p's rules speak of, read from strict DER; nothing is verified yet.</summary>
/// <remarks>Source: RFC 5280 section 4.1, narrowed by libp2p/specs tls/tls.md.</remarks>
/// <param name="Signed">The DER of the TBSCertificate, which the signature is over.</param>
/// <param name="SignatureAlgorithm">The object identifier of the signature's algorithm.</param>
/// <param name="Signature">The signature of the certificate.</param>
/// <param name="NotBefore">The first instant of validity.</param>
/// <param name="NotAfter">The last second of validity.</param>
/// <param name="SubjectPublicKeyInfo">The DER of the certificate's own key.</param>
/// <param name="SignedKey">The content of the libp2p Public Key Extension; null where there is none.</param>
internal sealed record CertificateFields(
    ReadOnlyMemory<byte> Signed,
    string SignatureAlgorithm,
    ReadOnlyMemory<byte> Signature,
    DateTimeOffset NotBefore,
    DateTimeOffset NotAfter,
    ReadOnlyMemory<byte> SubjectPublicKeyInfo,
    SignedKey? SignedKey)
{
    private const int Version3 = 2;
    private static readonly Asn1Tag s_version = new(TagClass.ContextSpecific, 0);
    private static readonly Asn1Tag s_extensions = new(TagClass.ContextSpecific, 3);

    /// <exception cref="AsnContentException">The bytes are not DER of a certificate that libp2p allows.</exception>
    public static CertificateFields Read(ReadOnlyMemory<byte> der)
    {
        var outer = new AsnReader(der, AsnEncodingRules.DER);
        var certificate = outer.ReadSequence();
        outer.ThrowIfNotEmpty();
        var signed = certificate.PeekEncodedValue();
        var body = certificate.ReadSequence();
        var algorithm = certificate.ReadEncodedValue();
        var signature = certificate.ReadBitString(out var unusedBits);
        certificate.ThrowIfNotEmpty();
        if (unusedBits != 0) throw new AsnContentException("The signature is no whole number of bytes.");

        // Without extensions, which came with version 3, a certificate says nothing here.
        var version = body.ReadSequence(s_version);
        if (!version.TryReadInt32(out var number) || number != Version3) throw new AsnContentException("The certificate is not of version 3.");
        version.ThrowIfNotEmpty();
        body.ReadIntegerBytes();
        // RFC 5280, 4.1.1.2: "This field MUST contain the same algorithm identifier as the signature field in the sequence tbsCertificate".
        if (!body.ReadEncodedValue().Span.SequenceEqual(algorithm.Span)) throw new AsnContentException("The certificate names two signature algorithms.");
        body.ReadSequence();
        var validity = body.ReadSequence();
        var (notBefore, notAfter) = (ReadTime(validity), ReadTime(validity));
        validity.ThrowIfNotEmpty();
        body.ReadSequence();
        var subjectPublicKeyInfo = body.ReadEncodedValue();
        // "Endpoints MAY abort the connection attempt if either [subjectUniqueId or issuerUniqueId] is present": what follows must be the extensions.
        var signedKey = body.HasData ? ReadExtensions(body.ReadSequence(s_extensions)) : null;
        body.ThrowIfNotEmpty();
        return new CertificateFields(
            signed, new AsnReader(algorithm, AsnEncodingRules.DER).ReadSequence().ReadObjectIdentifier(), signature, notBefore, notAfter, subjectPublicKeyInfo, signedKey);
    }

    private static DateTimeOffset ReadTime(AsnReader validity) =>
        validity.PeekTag().HasSameClassAndValue(Asn1Tag.UtcTime)
            // RFC 5280, 4.1.2.5.1: "Where YY is greater than or equal to 50, the year SHALL be interpreted as 19YY".
            ? validity.ReadUtcTime(twoDigitYearMax: 2049)
            : validity.ReadGeneralizedTime();

    private static SignedKey? ReadExtensions(AsnReader tagged)
    {
        var extensions = tagged.ReadSequence();
        tagged.ThrowIfNotEmpty();
        SignedKey? signedKey = null;
        while (extensions.HasData)
        {
            var extension = extensions.ReadSequence();
            var identifier = extension.ReadObjectIdentifier();
            var critical = extension.PeekTag().HasSameClassAndValue(Asn1Tag.Boolean) && extension.ReadBoolean();
            var value = extension.ReadOctetString();
            extension.ThrowIfNotEmpty();
            if (identifier == SignedKey.ExtensionOid)
            {
                if (signedKey is not null) throw new AsnContentException("The certificate has two libp2p extensions.");
                signedKey = SignedKey.Decode(value);
            }
            else if (critical)
            {
                // "Endpoints MUST abort the connection attempt if the certificate contains critical extensions that the endpoint does not understand."
                throw new AsnContentException($"The certificate has the critical extension {identifier}, which is not understood here.");
            }
        }
        return signedKey;
    }
}
