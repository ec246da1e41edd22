using HyphaMarket.Libp2p.Hosting;
using HyphaMarket.Libp2p.Identity;
using HyphaMarket.Libp2p.Relay.Messages;

namespace HyphaMarket.Libp2p.Relay.Server;

public sealed partial class RelayServer
{
    private static readonly string[] s_stop = [RelayProtocol.StopId];

    private async Task ConnectAsync(PeerStream stream, PeerId target, CancellationToken cancellationToken)
    {
        var connection = stream.Connection;
        var status = OpenCircuit(connection, target, out var ticket);
        if (ticket is null)
        {
            _counters.OnCircuitRefused();
            LogCircuitRefused(connection.Peer, target, status);
            await RefuseAsync(stream, status, cancellationToken);
            return;
        }
        try
        {
            await using var stop = await OpenStopAsync(connection.Peer, target, cancellationToken);
            if (stop is null)
            {
                _counters.OnCircuitFailed();
                await RefuseAsync(stream, RelayStatus.ConnectionFailed, cancellationToken);
                return;
            }
            try
            {
                await JoinAsync(stream, stop, cancellationToken);
            }
            catch
            {
                // The source left before it had its answer: the target must not wait for it.
                stop.Reset();
                throw;
            }
        }
        finally
        {
            lock (_lock) _core.CloseCircuit(ticket);
        }
    }

    private RelayStatus OpenCircuit(ConnectionInfo connection, PeerId target, out CircuitTicket? ticket)
    {
        ticket = null;
        if (IsRelayed(connection) || _options.AllowCircuit?.Invoke(connection.Peer, target) == false) return RelayStatus.PermissionDenied;
        lock (_lock) return _core.OpenCircuit(_host.Time.GetUtcNow(), connection.Peer, PeerOrigin.Of(connection.RemoteAddress), target, out ticket);
    }

    /// <summary>Asks the target over a connection that it has with us.</summary>
    /// <returns>The stream that is its end of the circuit; null where it did not take it.</returns>
    private async Task<PeerStream?> OpenStopAsync(PeerId source, PeerId target, CancellationToken cancellationToken)
    {
        using var deadline = new Deadline(_options.StopTimeout, _host.Time, cancellationToken);
        PeerStream? stop = null;
        try
        {
            if (_host.Connections.LastOrDefault(open => open.Peer == target && !IsRelayed(open)) is not { } connection) return null;
            stop = await _host.OpenStreamAsync(target, s_stop, new StreamOptions { ConnectionId = connection.Id }, deadline.Token);
            await RelayMessageStream.WriteAsync(stop, new StopMessage(StopMessageType.Connect, source, _limits), deadline.Token);
            if (await RelayMessageStream.ReadStopAsync(stop, deadline.Token) is { Type: StopMessageType.Status, Status: RelayStatus.Ok }) return stop;
        }
        catch (Exception exception) when (exception is IOException or InvalidDataException || (exception is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            LogStopFailed(target, source, exception.Message);
        }
        catch
        {
            stop?.Reset();
            throw;
        }
        stop?.Reset();
        return null;
    }

    private async Task JoinAsync(PeerStream stream, PeerStream stop, CancellationToken cancellationToken)
    {
        await AnswerAsync(stream, new HopMessage(HopMessageType.Status, Limits: _limits, Status: RelayStatus.Ok), cancellationToken);
        _counters.OnCircuitOpened();
        var circuit = new Circuit(stream, stop, _options, _host.Time);
        var end = await circuit.RunAsync(cancellationToken);
        _counters.OnCircuitEnded(end, circuit.Bytes);
        LogCircuitEnded(stream.Peer, stop.Peer, end, circuit.Bytes);
    }
}
