using System.Formats.Asn1;
using HyphaMarket.Libp2p.Identity;

namespace HyphaMarket.Libp2p.Security.Tls;

/// <summary>Finds out whose certificate it is, or refuses it.</summary>
/// <remarks>
/// Source: libp2p/specs tls/tls.md, "Peer Authentication". That the peer holds the certificate's private key is proved by the
/// handshake itself; this ties that key to a peer id.
/// </remarks>
internal static class PeerCertificate
{
    /// <summary>Verifies a certificate and gives the identity key that vouches for it. Deterministic, without I/O.</summary>
    /// <param name="der">The only certificate that the peer sent.</param>
    /// <param name="now">The time of the handshake.</param>
    /// <param name="expected">The peer that must be at the other end; null where any will do.</param>
    /// <exception cref="SecureChannelException">The certificate proves nothing, or another identity.</exception>
    public static PublicKey Verify(ReadOnlyMemory<byte> der, DateTimeOffset now, PeerId? expected)
    {
        CertificateFields certificate;
        try
        {
            certificate = CertificateFields.Read(der);
        }
        catch (AsnContentException exception)
        {
            throw new SecureChannelException(SecureChannelFailure.Malformed, $"The peer's certificate is refused: {exception.Message}");
        }
        // "an endpoint MUST check these conditions and abort the connection attempt if (a) the presented certificate is not yet valid, OR (b) if it is expired".
        if (now < certificate.NotBefore || now > certificate.NotAfter)
        {
            throw new SecureChannelException(
                SecureChannelFailure.Expired, $"The peer's certificate is valid from {certificate.NotBefore:u} to {certificate.NotAfter:u}, and it is {now:u}; one of the two clocks may be wrong.");
        }
        // "If this extension is missing, endpoints MUST abort the connection attempt."
        if (certificate.SignedKey is not { } signedKey)
            throw new SecureChannelException(SecureChannelFailure.Malformed, "The peer's certificate lacks the libp2p extension.");
        if (!PublicKey.TryFromProtobuf(signedKey.PublicKey.Span, out var key))
            throw new SecureChannelException(SecureChannelFailure.Malformed, "The peer's identity key is malformed.");
        // "Clients [...] MUST abort the connection if there is a mismatch." Compared before the signatures: an unexpected key is not worth a verification.
        if (expected is { } peer && key.PeerId != peer)
            throw new SecureChannelException(SecureChannelFailure.WrongPeer, $"Peer {peer} was expected, but {key.PeerId} answered; the address is wrong or out of date.");
        // "Peers MUST verify the signature, and abort the connection attempt if signature verification fails."
        Require(
            key.Check(SignedKey.SignedBytes(certificate.SubjectPublicKeyInfo.Span), signedKey.Signature.Span),
            $"The peer's {key.Type} identity key cannot be verified here.", "The peer's identity did not sign its certificate's key.");
        // "Endpoints MUST abort the connection attempt [...] if the certificate's self-signature is not valid."
        Require(CertificateSignature.Check(certificate), "The peer's certificate has a key or signature of a kind that is not accepted.", "The peer's certificate is not signed by its own key.");
        return key;
    }

    private static void Require(SignatureVerdict verdict, string unsupported, string invalid)
    {
        if (verdict == SignatureVerdict.UnsupportedKey) throw new SecureChannelException(SecureChannelFailure.UnsupportedKey, unsupported);
        if (verdict != SignatureVerdict.Valid) throw new SecureChannelException(SecureChannelFailure.BadSignature, invalid);
    }
}
