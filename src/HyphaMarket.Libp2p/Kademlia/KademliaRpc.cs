using HyphaMarket.Libp2p.Hosting;
using HyphaMarket.Libp2p.Identity;
using HyphaMarket.Libp2p.Kademlia.Messages;
using HyphaMarket.Libp2p.Multiformats;
using HyphaMarket.Libp2p.RequestResponse;

namespace HyphaMarket.Libp2p.Kademlia;

/// <summary>Requests to other peers: one short-lived stream each, one deadline over dialling, sending and reading.</summary>
internal sealed class KademliaRpc(IHost host, KademliaOptions options)
{
    private static readonly KadMessage s_ping = new() { Type = KadMessageType.Ping };
    private readonly KadMessageCodec _codec = new(options);
    private readonly string[] _protocols = [options.Protocol];

    /// <summary>Whether the exception says that the peer failed, and not that we are wrong.</summary>
    public static bool IsPeerFailure(Exception exception) => exception is IOException or InvalidDataException or TimeoutException;

    /// <summary>Sends a request and returns its reply.</summary>
    /// <exception cref="IOException">The peer could not be reached, does not serve, or reset the stream.</exception>
    /// <exception cref="InvalidDataException">The reply breaks the protocol.</exception>
    /// <exception cref="TimeoutException">The deadline passed.</exception>
    public Task<KadMessage> RequestAsync(PeerId peer, IReadOnlyList<Multiaddr> addresses, KadMessage request, CancellationToken cancellationToken) =>
        OnStreamAsync(peer, addresses, async (stream, deadline) =>
        {
            await LengthPrefixed.WriteAsync(stream, KadMessageCodec.Encode(request), deadline);
            return await ReadReplyAsync(stream, request.Type, deadline);
        }, cancellationToken);

    /// <summary>Sends a request that has no reply, and learns whether it was accepted.</summary>
    /// <remarks>
    /// ADD_PROVIDER is never answered, so its fate is unknown on the wire. A server works off a stream's requests in order and resets the
    /// stream at an error; so a PING after it, once answered, proves that the request before it was taken.
    /// </remarks>
    public Task TellAsync(PeerId peer, IReadOnlyList<Multiaddr> addresses, KadMessage request, CancellationToken cancellationToken) =>
        OnStreamAsync(peer, addresses, async (stream, deadline) =>
        {
            await LengthPrefixed.WriteAsync(stream, KadMessageCodec.Encode(request), deadline);
            await LengthPrefixed.WriteAsync(stream, KadMessageCodec.Encode(s_ping), deadline);
            return await ReadReplyAsync(stream, KadMessageType.Ping, deadline);
        }, cancellationToken);

    private async Task<KadMessage> OnStreamAsync(
        PeerId peer, IReadOnlyList<Multiaddr> addresses, Func<PeerStream, CancellationToken, Task<KadMessage>> exchange, CancellationToken cancellationToken)
    {
        using var deadline = new CancellationTokenSource(options.RequestTimeout, host.Time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        try
        {
            await host.ConnectAsync(peer, addresses, both.Token);
            await using var stream = await host.OpenStreamAsync(peer, _protocols, both.Token);
            var reply = await exchange(stream, both.Token);
            await stream.CloseWriteAsync(both.Token);
            return reply;
        }
        catch (OperationCanceledException) when (deadline.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new TimeoutException($"The peer {peer} did not answer within {options.RequestTimeout}.");
        }
    }

    private async Task<KadMessage> ReadReplyAsync(PeerStream stream, KadMessageType expected, CancellationToken deadline)
    {
        var bytes = await LengthPrefixed.ReadAsync(stream, options.MaxMessageBytes, deadline)
            ?? throw new EndOfStreamException($"The peer {stream.Peer} ended the stream without a reply.");
        if (_codec.Decode(bytes) is not { } reply || reply.Type != expected)
        {
            throw new InvalidDataException($"The reply of {stream.Peer} is not a valid reply to the request.");
        }
        return reply;
    }
}
