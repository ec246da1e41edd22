using System.Net.Security;
using System.Net.WebSockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using HyphaMarket.Libp2p.Hosting;

namespace HyphaMarket.Libp2p.Transport.WebSockets;

/// <summary>Makes a connection a web socket: TLS where the address says so, then the HTTP upgrade, within one deadline.</summary>
internal sealed class WebSocketHandshaker(WebSocketTransportOptions options, TimeProvider time)
{
    // Yamux sees to keepalive, and compression of what is encrypted would only cost time.
    private static readonly WebSocketCreationOptions s_dialler = new() { IsServer = false, KeepAliveInterval = TimeSpan.Zero };
    private static readonly WebSocketCreationOptions s_listener = new() { IsServer = true, KeepAliveInterval = TimeSpan.Zero };

    private readonly SslStreamCertificateContext? _certificate =
        options.Certificate is { } certificate ? SslStreamCertificateContext.Create(certificate, options.CertificateChain, offline: true) : null;

    public bool CanListenSecurely => _certificate is not null;

    /// <summary>Asks the peer for a web socket. On failure the connection is closed.</summary>
    /// <exception cref="IOException">The peer refused, answered wrongly or was too slow; the message says which.</exception>
    public Task<WebSocket> ConnectAsync(Stream connection, WebSocketAddress address, CancellationToken cancellationToken) =>
        WithinDeadlineAsync(connection, address.IsSecure ? new SslStream(connection) : null, async (stream, token) =>
        {
            if (stream is SslStream tls) await tls.AuthenticateAsClientAsync(DiallerTls(address.Host), token);
            var key = UpgradeHandshake.NewKey();
            await stream.WriteAsync(UpgradeHandshake.FormatRequest(address.Authority, key), token);
            var (response, rest) = await HttpHeadReader.ReadAsync(stream, options.MaxHeadBytes, token);
            if (UpgradeHandshake.CheckResponse(response, key) is { } wrong) throw new IOException(wrong);
            return WebSocket.CreateFromStream(PrefixedStream.Wrap(rest, stream), s_dialler);
        }, cancellationToken);

    /// <summary>Answers a peer that asks for a web socket. On failure the connection is closed, after an answer that says why where there is anybody to read it.</summary>
    /// <exception cref="IOException">The peer asked for something else or was too slow; the message says which.</exception>
    public Task<WebSocket> AcceptAsync(Stream connection, bool secure, CancellationToken cancellationToken) =>
        WithinDeadlineAsync(connection, secure ? new SslStream(connection) : null, async (stream, token) =>
        {
            if (stream is SslStream tls) await tls.AuthenticateAsServerAsync(ListenerTls(), token);
            string reason;
            UpgradeRefusal refusal;
            try
            {
                var (request, rest) = await HttpHeadReader.ReadAsync(stream, options.MaxHeadBytes, token);
                refusal = UpgradeHandshake.CheckRequest(request, out var key, out reason);
                // "the client MUST wait for a response from the server before sending any further data" (RFC 6455 4.1).
                if (refusal == UpgradeRefusal.None && rest.Length > 0) (refusal, reason) = (UpgradeRefusal.BadRequest, "bytes follow it before it was answered");
                if (refusal == UpgradeRefusal.None)
                {
                    await stream.WriteAsync(UpgradeHandshake.FormatAcceptance(key), token);
                    return WebSocket.CreateFromStream(stream, s_listener);
                }
            }
            catch (HttpHeadException exception)
            {
                (refusal, reason) = (exception.Refusal, exception.Message);
            }
            await stream.WriteAsync(UpgradeHandshake.FormatRefusal(refusal), token);
            throw new IOException($"the request for a web socket was refused: {reason}");
        }, cancellationToken);

    private SslClientAuthenticationOptions DiallerTls(string host)
    {
        var tls = new SslClientAuthenticationOptions
        {
            TargetHost = host,
            // RFC 6455 is HTTP/1.1; a server that prefers HTTP/2 must not choose it.
            ApplicationProtocols = [SslApplicationProtocol.Http11],
            EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
        };
        if (options.TrustedRoots is not { } roots) return tls;
        tls.CertificateChainPolicy = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            // A private root has no place to ask about revocation.
            RevocationMode = X509RevocationMode.NoCheck,
        };
        tls.CertificateChainPolicy.CustomTrustStore.AddRange(roots);
        return tls;
    }

    private SslServerAuthenticationOptions ListenerTls() => new()
    {
        ServerCertificateContext = _certificate,
        ApplicationProtocols = [SslApplicationProtocol.Http11],
        EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
    };

    private async Task<WebSocket> WithinDeadlineAsync(Stream connection, SslStream? tls, Func<Stream, CancellationToken, Task<WebSocket>> handshake, CancellationToken cancellationToken)
    {
        using var deadline = new Deadline(options.HandshakeTimeout, time, cancellationToken);
        var stream = tls ?? connection;
        try
        {
            return await handshake(stream, deadline.Token);
        }
        catch (Exception exception)
        {
            await stream.DisposeAsync();
            switch (exception)
            {
                case OperationCanceledException when deadline.HasPassed && !cancellationToken.IsCancellationRequested:
                    throw new IOException($"the web socket handshake was not finished within {options.HandshakeTimeout.TotalSeconds:0.###} s", exception);
                case AuthenticationException:
                    throw new IOException($"TLS failed: {exception.Message}", exception);
                default:
                    throw;
            }
        }
    }
}
