using HyphaMarket.Libp2p.Hosting;
using HyphaMarket.Libp2p.Identity;
using HyphaMarket.Libp2p.Multiformats;
using HyphaMarket.Libp2p.Relay.Messages;
using HyphaMarket.Libp2p.Transport;

namespace HyphaMarket.Libp2p.Relay.Client;

public sealed partial class RelayClient
{
    /// <summary>A relay hands us a circuit: it becomes an inbound connection of the host, and the stream lives as long as that.</summary>
    private async Task ServeStopAsync(PeerStream stream, CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _stopping);
        if (await AgreeAsync(stream, stop.Token) is not { } request) return;
        var source = request.Peer!.Value;
        var channel = new CircuitStream(stream);
        var relay = stream.Connection;
        var raw = new TransportConnection(channel, AddressThrough(relay, _host.Id), AddressThrough(relay, source), RemoteIp: null) { Limits = request.Limits ?? CircuitTransport.NoLimits };
        var connection = await _host.AcceptAsync(raw, stop.Token);
        if (connection.Peer != source)
        {
            // Whoever it is has proved its name to us, but the relay told another one: what else it tells is worth nothing.
            LogFalseSource(relay.Peer, source, connection.Peer);
            channel.Reset();
        }
        try
        {
            await channel.Closed.WaitAsync(stop.Token);
        }
        catch (OperationCanceledException)
        {
            channel.Reset();
            throw;
        }
    }

    /// <summary>Reads the request and answers it.</summary>
    /// <returns>Null where it was refused.</returns>
    private async Task<StopMessage?> AgreeAsync(PeerStream stream, CancellationToken cancellationToken)
    {
        using var deadline = new Deadline(_options.StopTimeout, _host.Time, cancellationToken);
        var request = await RelayMessageStream.ReadStopAsync(stream, deadline.Token);
        var status = request switch
        {
            null => RelayStatus.MalformedMessage,
            { Type: not StopMessageType.Connect } => RelayStatus.UnexpectedMessage,
            // Nobody hands us strangers but the relays that we asked to.
            _ when !AcceptsFrom(stream.Peer) || request.Peer == _host.Id || request.Peer == stream.Peer => RelayStatus.PermissionDenied,
            _ => RelayStatus.Ok,
        };
        await RelayMessageStream.WriteAsync(stream, new StopMessage(StopMessageType.Status, Status: status), deadline.Token);
        if (status == RelayStatus.Ok) return request;
        LogStopRefused(stream.Peer, status);
        await stream.CloseWriteAsync(deadline.Token);
        return null;
    }

    private bool AcceptsFrom(PeerId relay)
    {
        lock (_lock) return _schedule.Accepts(relay);
    }

    private static Multiaddr AddressThrough(ConnectionInfo relay, PeerId peer) => new CircuitAddress(relay.Peer, relay.RemoteAddress.WithoutPeer(), peer).ToMultiaddr();
}
