using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using HyphaMarket.Libp2p.Identity;

namespace HyphaMarket.Libp2p.Security.Tls;

/// <summary>Makes a connection secret and its peer known: the <c>/tls/1.0.0</c> protocol of libp2p, over the platform's TLS 1.3.</summary>
/// <remarks>Source: libp2p/specs tls/tls.md and connections/inlined-muxer-negotiation.md.</remarks>
public static class TlsHandshaker
{
    /// <summary>The protocol id for multistream-select.</summary>
    public const string ProtocolId = "/tls/1.0.0";

    /// <summary>The ALPN protocol of a peer that leaves the muxer to multistream-select.</summary>
    private const string NoMuxer = "libp2p";

    /// <summary>Makes the handshake. What the platform reads beyond it is not lost: the channel gives it out.</summary>
    /// <param name="inner">The raw connection. It becomes the channel's on success and is closed on failure.</param>
    /// <param name="initiator">True for the side that dialled, which is the TLS client.</param>
    /// <param name="identity">This node's certificate.</param>
    /// <param name="expected">The peer that must be at the other end; null where any will do.</param>
    /// <param name="muxers">The stream muxers offered by ALPN, preferred first; may be empty.</param>
    /// <param name="cancellationToken">The deadline.</param>
    /// <exception cref="SecureChannelException">The peer is not the one expected or broke the protocol.</exception>
    /// <exception cref="IOException">The connection failed.</exception>
    /// <exception cref="OperationCanceledException">The deadline passed.</exception>
    public static async Task<SecureConnection> HandshakeAsync(
        Stream inner, bool initiator, TlsIdentity identity, PeerId? expected, IReadOnlyList<string> muxers, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(inner);
        ArgumentNullException.ThrowIfNull(identity);
        ArgumentNullException.ThrowIfNull(muxers);
        var verification = new PeerVerification(initiator, expected, identity.Time);
        var channel = new SslStream(inner, leaveInnerStreamOpen: false);
        try
        {
            await (initiator
                ? channel.AuthenticateAsClientAsync(ClientOptions(identity, verification, muxers), cancellationToken)
                : channel.AuthenticateAsServerAsync(ServerOptions(identity, verification, muxers), cancellationToken));
            // The options demand all this; who is at the other end must not depend on how the platform reads them.
            if (channel.SslProtocol != SslProtocols.Tls13 || !channel.IsMutuallyAuthenticated || verification.Key is not { } key)
                throw new SecureChannelException(SecureChannelFailure.NotAuthentic, "The TLS handshake ended without a verified peer.");
            return new SecureConnection(channel, key.PeerId, key, AgreedMuxer(channel.NegotiatedApplicationProtocol, muxers));
        }
        catch (Exception exception)
        {
            await channel.DisposeAsync();
            if (verification.Refusal is { } refusal) throw refusal;
            throw exception switch
            {
                AuthenticationException => new SecureChannelException(SecureChannelFailure.Malformed, "The TLS handshake failed: " + Innermost(exception), exception),
                // The platform has no type of its own for a connection that ends within the handshake; the connection's failures have a cause.
                IOException { InnerException: null } and not SecureChannelException =>
                    new SecureChannelException(SecureChannelFailure.Truncated, "The peer closed the connection during the handshake: " + exception.Message, exception),
                _ => exception,
            };
        }
    }

    private static SslClientAuthenticationOptions ClientOptions(TlsIdentity identity, PeerVerification verification, IReadOnlyList<string> muxers) => new()
    {
        // "clients that only support the version of the handshake defined in this document MUST NOT send any value in the Server Name Indication".
        TargetHost = "",
        // "Endpoints MUST NOT negotiate lower TLS versions."
        EnabledSslProtocols = SslProtocols.Tls13,
        ApplicationProtocols = Offered(muxers),
        ClientCertificateContext = identity.Context,
        RemoteCertificateValidationCallback = verification.Validate,
        CertificateChainPolicy = ChainPolicy(),
        // A resumed session shows no certificate; and without a host name one peer's session could be offered to another.
        AllowTlsResume = false,
        AllowRenegotiation = false,
    };

    private static SslServerAuthenticationOptions ServerOptions(TlsIdentity identity, PeerVerification verification, IReadOnlyList<string> muxers) => new()
    {
        EnabledSslProtocols = SslProtocols.Tls13,
        ApplicationProtocols = Offered(muxers),
        ServerCertificateContext = identity.Context,
        ClientCertificateRequired = true,
        RemoteCertificateValidationCallback = verification.Validate,
        CertificateChainPolicy = ChainPolicy(),
        AllowTlsResume = false,
        AllowRenegotiation = false,
    };

    /// <summary>The platform builds a chain before it asks us. Nothing may come of it: no download from an address that a stranger wrote, no store of roots.</summary>
    private static X509ChainPolicy ChainPolicy() => new()
    {
        DisableCertificateDownloads = true,
        RevocationMode = X509RevocationMode.NoCheck,
        TrustMode = X509ChainTrustMode.CustomRootTrust,
    };

    private static List<SslApplicationProtocol> Offered(IReadOnlyList<string> muxers) =>
        [.. muxers.Select(muxer => new SslApplicationProtocol(muxer)), new SslApplicationProtocol(NoMuxer)];

    /// <summary>The muxer that ALPN agreed on; null where multistream-select has to find one, also for a peer that knows no ALPN.</summary>
    private static string? AgreedMuxer(SslApplicationProtocol agreed, IReadOnlyList<string> muxers)
    {
        var name = Encoding.UTF8.GetString(agreed.Protocol.Span);
        if (name is "" or NoMuxer) return null;
        return muxers.Contains(name, StringComparer.Ordinal)
            ? name
            : throw new SecureChannelException(SecureChannelFailure.Malformed, "The peer chose an application protocol that was not offered.");
    }

    // The platform's outer message says to look at the inner one.
    private static string Innermost(Exception exception) => exception.InnerException is { } inner ? Innermost(inner) : exception.Message;
}
