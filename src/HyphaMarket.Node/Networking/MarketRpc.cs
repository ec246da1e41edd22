using Google.Protobuf;
using HyphaMarket.Libp2p.Hosting;
using HyphaMarket.Libp2p.Identity;
using HyphaMarket.Libp2p.RequestResponse;
using HyphaMarket.Market.Ids;
using HyphaMarket.Wire;
using Microsoft.Extensions.Logging;

namespace HyphaMarket.Node.Networking;

/// <summary>Typed questions and answers between nodes: one protobuf message each way on a stream of its own.</summary>
public sealed partial class MarketRpc(IHost host, ILogger<MarketRpc> log)
{
    /// <summary>Addresses out of signed records are believed so long.</summary>
    private static readonly TimeSpan AddressLife = TimeSpan.FromMinutes(10);

    private readonly ILogger _log = log;

    public IHost Host { get; } = host;

    /// <summary>Asks a peer; null where it could not be reached, did not answer in time, or answered what cannot be read.</summary>
    /// <param name="overRelay">A relayed connection will do: for small messages to nodes that may be behind a NAT.</param>
    /// <exception cref="OperationCanceledException">The caller gave up.</exception>
    public async Task<TResponse?> CallAsync<TResponse>(
        ParticipantId to, IReadOnlyList<ReadOnlyMemory<byte>> addresses, string protocol, IMessage request, MessageParser<TResponse> parser, TimeSpan deadline, CancellationToken cancellationToken, bool overRelay = false)
        where TResponse : class, IMessage<TResponse>
    {
        if (!to.TryToPeer(out var peer)) return null;
        Learn(peer, addresses);
        try
        {
            var answer = await RequestProtocol.CallAsync(Host, peer, protocol, request.ToByteArray(), new RequestOptions { Deadline = deadline, MaxResponseBytes = MarketProtocols.MaxMessage, AllowLimited = overRelay }, cancellationToken);
            return StrictParser.Parse(parser, answer);
        }
        catch (Exception e) when (e is IOException or TimeoutException or InvalidProtocolBufferException or InvalidDataException || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            LogCallFailed(protocol, peer, e.Message);
            return null;
        }
    }

    /// <summary>Serves a protocol. A request that cannot be read resets the stream: its sender broke the protocol.</summary>
    public void Serve<TRequest>(string protocol, MessageParser<TRequest> parser, ServeOptions options, Func<ParticipantId, TRequest, CancellationToken, Task<IMessage>> answer)
        where TRequest : class, IMessage<TRequest> =>
        Serve(protocol, bytes => StrictParser.Parse(parser, bytes.Span), options, answer);

    /// <summary>The same with a reader of our own, which may hold on to the bytes.</summary>
    public void Serve<TRequest>(string protocol, Func<ReadOnlyMemory<byte>, TRequest> read, ServeOptions options, Func<ParticipantId, TRequest, CancellationToken, Task<IMessage>> answer) =>
        RequestProtocol.Serve(Host, protocol, async (peer, bytes, cancellationToken) => (await answer(peer.ToParticipant(), read(bytes), cancellationToken)).ToByteArray(), options);

    /// <summary>Notes where a peer says it can be dialled.</summary>
    public void Learn(PeerId peer, IReadOnlyList<ReadOnlyMemory<byte>> addresses)
    {
        ArgumentNullException.ThrowIfNull(addresses);
        if (addresses.Count > 0) Host.PeerStore.AddAddresses(peer, addresses.ToAddresses(), AddressLife);
    }

    [LoggerMessage(Level = LogLevel.Debug, Message = "Asking {Peer} by {Protocol} failed: {Reason}")]
    private partial void LogCallFailed(string protocol, PeerId peer, string reason);
}
