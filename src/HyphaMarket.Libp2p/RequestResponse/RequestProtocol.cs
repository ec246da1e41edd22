using HyphaMarket.Libp2p.Hosting;
using HyphaMarket.Libp2p.Identity;

namespace HyphaMarket.Libp2p.RequestResponse;

/// <summary>One request and one response, each length-prefixed, on a stream of their own.</summary>
/// <remarks>
/// The caller half closes after its request. A server that cannot or will not answer resets the stream, which the caller sees as
/// <see cref="StreamResetException"/>; what the bytes mean, refusals included, is the protocol's business.
/// </remarks>
public static class RequestProtocol
{
    private static readonly RequestOptions s_defaultRequest = new();
    private static readonly ServeOptions s_defaultServe = new();
    private static readonly StreamOptions s_limited = new() { AllowLimited = true };

    /// <summary>Asks a peer, dialling it if need be.</summary>
    /// <exception cref="TimeoutException">There was no whole response within the deadline.</exception>
    /// <exception cref="DialException">The peer could not be reached.</exception>
    /// <exception cref="ProtocolNotSupportedException">The peer does not speak the protocol.</exception>
    /// <exception cref="StreamResetException">The peer refused, or the connection ended.</exception>
    /// <exception cref="InvalidDataException">The response is longer than allowed.</exception>
    /// <exception cref="EndOfStreamException">The peer ended the stream before or within the response.</exception>
    public static Task<byte[]> CallAsync(
        IHost host, PeerId peer, string protocol, ReadOnlyMemory<byte> request, RequestOptions? options = null, CancellationToken cancellationToken = default) =>
        CallAsync(host, peer, [protocol], request, options, cancellationToken);

    /// <summary>Asks a peer in the first protocol of the list that it speaks.</summary>
    /// <inheritdoc cref="CallAsync(IHost, PeerId, string, ReadOnlyMemory{byte}, RequestOptions?, CancellationToken)"/>
    public static async Task<byte[]> CallAsync(
        IHost host, PeerId peer, IReadOnlyList<string> protocols, ReadOnlyMemory<byte> request, RequestOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(host);
        options ??= s_defaultRequest;
        options.Validate();
        using var deadline = Deadline.Brief(options.Deadline, host.Time, cancellationToken);
        PeerStream? stream = null;
        try
        {
            stream = await host.OpenStreamAsync(peer, protocols, options.AllowLimited ? s_limited : StreamOptions.Default, deadline.Token);
            await LengthPrefixed.WriteAsync(stream, request, deadline.Token);
            await stream.CloseWriteAsync(deadline.Token);
            var response = await LengthPrefixed.ReadAsync(stream, options.MaxResponseBytes, deadline.Token)
                ?? throw new EndOfStreamException($"{peer} ended the stream without a response.");
            await stream.DisposeAsync();
            return response;
        }
        catch (Exception exception)
        {
            stream?.Reset();
            if (stream is not null) await stream.DisposeAsync();
            if (exception is OperationCanceledException && deadline.HasPassed && !cancellationToken.IsCancellationRequested)
            {
                throw new TimeoutException($"{peer} did not answer within {options.Deadline.TotalSeconds:0.###} s.", exception);
            }
            throw;
        }
    }

    /// <summary>Registers a server for a protocol. An exception of <paramref name="serve"/> resets the stream; the host logs it.</summary>
    /// <param name="serve">Given the authenticated peer, the request and a token that ends with the deadline or the connection; returns the response.</param>
    /// <exception cref="InvalidOperationException">The protocol already has a handler.</exception>
    public static void Serve(
        IHost host, string protocol, Func<PeerId, ReadOnlyMemory<byte>, CancellationToken, ValueTask<ReadOnlyMemory<byte>>> serve, ServeOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(host);
        ArgumentNullException.ThrowIfNull(serve);
        options ??= s_defaultServe;
        options.Validate();
        host.Handle(
            protocol,
            (stream, cancellationToken) => ServeAsync(host, stream, serve, options, cancellationToken),
            new StreamLimits(options.MaxConcurrent, options.MaxConcurrentPerPeer) { AllowLimited = options.AllowLimited });
    }

    private static async Task ServeAsync(
        IHost host,
        PeerStream stream,
        Func<PeerId, ReadOnlyMemory<byte>, CancellationToken, ValueTask<ReadOnlyMemory<byte>>> serve,
        ServeOptions options,
        CancellationToken cancellationToken)
    {
        using var deadline = new Deadline(options.Deadline, host.Time, cancellationToken);
        if (await LengthPrefixed.ReadCountedAsync(stream, options.MaxRequestBytes, deadline.Token) is not { } request) return;
        var response = await serve(stream.Peer, request, deadline.Token);
        await LengthPrefixed.WriteAsync(stream, response, deadline.Token);
        await stream.CloseWriteAsync(deadline.Token);
    }
}
