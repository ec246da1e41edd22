using System.Security.Cryptography.X509Certificates;

namespace HyphaMarket.Libp2p.Transport.WebSockets;

/// <summary>Certificates, deadlines and bounds of a <see cref="WebSocketTransport"/>.</summary>
public sealed record WebSocketTransportOptions
{
    /// <summary>
    /// Name, version and key of an upgrade take 200 bytes; browsers add cookies and the like. A head that is longer is refused, and until it ends a
    /// connection holds this much.
    /// </summary>
    public int MaxHeadBytes { get; init; } = 8 * 1024;

    /// <summary>TLS (where the address has it) and the HTTP upgrade together, in either direction; a stranger that sends a byte at a time is gone after it.</summary>
    public TimeSpan HandshakeTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// How long the first frame of a listener waits for the dialler to speak. Some clients (js-libp2p over the ws package) begin to listen only after
    /// they have seen the answer to the upgrade, and lose a frame that came in the same packet. Every libp2p known speaks first when it has dialled, so that
    /// this costs nothing; one that waits for us waits this much longer.
    /// </summary>
    public TimeSpan FirstFrameDelay { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>How long disposal may wait for room to send the close frame.</summary>
    public TimeSpan CloseTimeout { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>What <c>/tls/ws</c> listens with: a certificate with its private key. Null for a node that listens on plain <c>/ws</c> at most. The caller keeps owning it.</summary>
    public X509Certificate2? Certificate { get; init; }

    /// <summary>The intermediate certificates between <see cref="Certificate"/> and its root, which diallers need; null for none.</summary>
    public X509Certificate2Collection? CertificateChain { get; init; }

    /// <summary>The roots that a dialled <c>/tls/ws</c> must lead to, in place of those of the system; null for those of the system. Never turns the validation off.</summary>
    public X509Certificate2Collection? TrustedRoots { get; init; }

    /// <exception cref="ArgumentException">A bound is out of its range, or the certificate has no private key.</exception>
    public void Validate()
    {
        // The smallest upgrade that browsers send has some 400 bytes; more than 64 KiB is no bound.
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxHeadBytes, 512);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(MaxHeadBytes, 64 * 1024);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(HandshakeTimeout, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfLessThan(FirstFrameDelay, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(CloseTimeout, TimeSpan.Zero);
        if (Certificate is { HasPrivateKey: false }) throw new ArgumentException("Certificate has no private key, so nothing can listen with it.");
        if (TrustedRoots is not null) Validate(TrustedRoots);
    }

    private static void Validate(X509Certificate2Collection roots)
    {
        if (roots.Count == 0) throw new ArgumentException("TrustedRoots is empty, so no certificate could be trusted; give null for the roots of the system.");
    }
}
