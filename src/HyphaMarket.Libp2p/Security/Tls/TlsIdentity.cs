using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using HyphaMarket.Libp2p.Identity;

namespace HyphaMarket.Libp2p.Security.Tls;

/// <summary>What a node brings to every TLS handshake: a self-signed certificate of a fresh ECDSA P-256 key, which the identity has signed.</summary>
/// <remarks>
/// libp2p/specs tls/tls.md: "The key used to generate and sign this certificate SHOULD NOT be related to the host's key", and
/// endpoints "MAY reuse the same key and certificate for multiple connections". The key never leaves memory. Safe for use by
/// many threads. The identity's key pair stays the caller's.
/// </remarks>
public sealed class TlsIdentity : IDisposable
{
    /// <summary>How far a peer's clock may lag behind ours.</summary>
    private static readonly TimeSpan s_clockSkew = TimeSpan.FromHours(1);

    /// <summary>How long the certificate serves; no process lives that long, so it need not be renewed.</summary>
    private const int ValidYears = 100;

    private readonly X509Certificate2 _certificate;

    /// <summary>Takes a certificate as it is, right or wrong.</summary>
    /// <param name="certificate">The leaf with its private key; the identity owns it from now on.</param>
    /// <param name="others">Certificates of issuers to send with it. An honest node has none.</param>
    internal TlsIdentity(X509Certificate2 certificate, TimeProvider time, X509Certificate2Collection? others = null)
    {
        _certificate = certificate;
        Time = time;
        // Offline: the chain of a self-signed certificate is not to be looked for anywhere.
        Context = SslStreamCertificateContext.Create(certificate, others, offline: true);
    }

    internal TimeProvider Time { get; }

    internal SslStreamCertificateContext Context { get; }

    /// <summary>Makes a fresh certificate for an identity.</summary>
    /// <param name="keys">The node's identity.</param>
    /// <param name="time">The clock that tells whether certificates are valid; null for the system's.</param>
    public static TlsIdentity Create(KeyPair keys, TimeProvider? time = null)
    {
        ArgumentNullException.ThrowIfNull(keys);
        time ??= TimeProvider.System;
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        // The subject tells nothing about the node, and is not empty, because some parsers want an issuer.
        var request = new CertificateRequest("CN=libp2p", key, HashAlgorithmName.SHA256);
        var signature = keys.Sign(SignedKey.SignedBytes(key.ExportSubjectPublicKeyInfo()));
        request.CertificateExtensions.Add(new X509Extension(SignedKey.ExtensionOid, new SignedKey(keys.PublicKey.Protobuf, signature).Encode(), critical: false));
        var now = time.GetUtcNow();
        return new TlsIdentity(request.CreateSelfSigned(now - s_clockSkew, now.AddYears(ValidYears)), time);
    }

    public void Dispose() => _certificate.Dispose();
}
