using HyphaMarket.Libp2p.Hosting;
using HyphaMarket.Libp2p.Identity.Records;
using HyphaMarket.Libp2p.Muxing;
using HyphaMarket.Libp2p.RequestResponse;
using Microsoft.Extensions.Logging;

namespace HyphaMarket.Libp2p.Identify;

/// <summary>Identify and identify/push of one host: asks each new connection's peer who it is, answers the same question, and tells of changes.</summary>
/// <remarks>Source: libp2p/specs identify/README.md.</remarks>
internal sealed partial class IdentifyService
{
    public const string Id = "/ipfs/id/1.0.0";
    public const string PushId = "/ipfs/id/push/1.0.0";

    /// <summary>Peers told of a change at one time.</summary>
    private const int PushConcurrency = 16;

    private static readonly string[] s_id = [Id];
    private static readonly string[] s_push = [PushId];

    private readonly Host _host;
    private readonly HostOptions _options;
    private readonly ILogger _logger;
    private readonly AsyncSignal _changed = new();
    private readonly OwnRecord _ownRecord;

    public IdentifyService(Host host, HostOptions options, ILogger logger)
    {
        _host = host;
        _options = options;
        _logger = logger;
        _ownRecord = new OwnRecord(host.Keys, host.Time);
    }

    /// <summary>This node's own record of the addresses that it tells now.</summary>
    public SignedPeerRecord OwnRecord => _ownRecord.Of(_host.Addresses);

    /// <summary>Registers the handlers of both protocols.</summary>
    public void Register()
    {
        // A peer asks once for each connection and pushes now and then.
        var limits = new StreamLimits(_options.Resources.MaxStreamsPerProtocol, 8) { AllowLimited = true };
        _host.HandleOnConnection(Id, AnswerAsync, limits);
        _host.HandleOnConnection(PushId, ReceivePushAsync, limits);
    }

    /// <summary>Handlers or addresses changed: connected peers are told soon, once for changes that come together.</summary>
    public void SchedulePush() => _changed.Set();

    /// <summary>
    /// Asks the peer of a new connection who it is. Without an answer its protocols would stay unknown for as long as the connection lives, so a question that was
    /// reset or ran out of time is asked again, a bounded number of times. A failure leaves the connection as it is.
    /// </summary>
    public async Task IdentifyAsync(HostConnection connection)
    {
        var ended = connection.Ended;
        for (var asked = 0; await AskAsync(connection, ended) && asked < _options.IdentifyRetryPauses.Count && !connection.IsClosing; asked++)
        {
            try
            {
                await Task.Delay(_options.IdentifyRetryPauses[asked], _host.Time, ended);
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }

    /// <returns>Whether to ask again: what failed may go better another time.</returns>
    private async Task<bool> AskAsync(HostConnection connection, CancellationToken ended)
    {
        using var deadline = new Deadline(_options.IdentifyTimeout, _host.Time, ended);
        try
        {
            await using var stream = await _host.OpenStreamAsync(connection, s_id, deadline.Token);
            await stream.CloseWriteAsync(deadline.Token);
            await ReceiveAsync(stream, connection, deadline.Token);
            return false;
        }
        catch (Exception exception) when (exception is ProtocolNotSupportedException or InvalidDataException)
        {
            // The peer has said all that it can say.
            LogIdentifyFailed(connection.Peer, exception.Message);
            return false;
        }
        catch (Exception exception) when (exception is IOException or OperationCanceledException)
        {
            LogIdentifyFailed(connection.Peer, exception.Message);
            return true;
        }
    }

    /// <summary>Pushes after each change, until the host closes.</summary>
    public async Task PushLoopAsync(CancellationToken cancellationToken)
    {
        await using var stop = cancellationToken.UnsafeRegister(static state => ((AsyncSignal)state!).Set(), _changed);
        while (true)
        {
            await _changed.WaitAsync();
            await Task.Delay(_options.PushDelay, _host.Time, cancellationToken);
            var connections = _host.AllConnections().DistinctBy(connection => connection.Peer).Where(connection => _host.Peers.Speaks(connection.Peer, PushId)).ToArray();
            if (connections.Length > 0) await PushAllAsync(connections, cancellationToken);
        }
    }

    private async Task PushAllAsync(HostConnection[] connections, CancellationToken cancellationToken)
    {
        try
        {
            await Parallel.ForEachAsync(
                connections,
                new ParallelOptions { MaxDegreeOfParallelism = PushConcurrency, CancellationToken = cancellationToken },
                async (connection, token) => await PushAsync(connection, token));
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            LogPushRoundFailed(exception);
        }
    }

    private async Task PushAsync(HostConnection connection, CancellationToken cancellationToken)
    {
        using var deadline = new Deadline(_options.IdentifyTimeout, _host.Time, cancellationToken);
        try
        {
            await using var stream = await _host.OpenStreamAsync(connection, s_push, deadline.Token);
            await SendAsync(stream, connection, deadline.Token);
        }
        catch (Exception exception) when (exception is IOException or OperationCanceledException && !cancellationToken.IsCancellationRequested)
        {
            LogPushFailed(connection.Peer, exception.Message);
        }
    }

    private async Task AnswerAsync(PeerStream stream, HostConnection connection, CancellationToken cancellationToken)
    {
        using var deadline = new Deadline(_options.IdentifyTimeout, _host.Time, cancellationToken);
        await SendAsync(stream, connection, deadline.Token);
    }

    private async Task ReceivePushAsync(PeerStream stream, HostConnection connection, CancellationToken cancellationToken)
    {
        using var deadline = new Deadline(_options.IdentifyTimeout, _host.Time, cancellationToken);
        await ReceiveAsync(stream, connection, deadline.Token);
    }

    private async Task SendAsync(PeerStream stream, HostConnection connection, CancellationToken cancellationToken)
    {
        var addresses = _host.Addresses;
        var info = new IdentifyInfo(
            _host.Keys.PublicKey, _options.ProtocolVersion, _options.AgentVersion, addresses, connection.RemoteAddress.WithoutPeer(), [.. _host.Protocols], _ownRecord.Of(addresses));
        foreach (var message in IdentifyCodec.Encode(info)) await LengthPrefixed.WriteAsync(stream, message, cancellationToken);
        await stream.CloseWriteAsync(cancellationToken);
    }

    private async Task ReceiveAsync(PeerStream stream, HostConnection connection, CancellationToken cancellationToken)
    {
        var parts = new List<byte[]>();
        var room = IdentifyCodec.MaxBytes;
        // A peer ends its side after its last message; each message costs it at least one byte of the room.
        while (room > 0 && await LengthPrefixed.ReadAsync(stream, room, cancellationToken) is { } part)
        {
            parts.Add(part);
            room -= part.Length + 1;
        }
        if (parts.Count == 0 || IdentifyCodec.Decode(connection.Peer, parts) is not { } info)
        {
            throw new InvalidDataException("The identify message is empty, malformed or of another peer.");
        }
        Apply(connection, info);
    }

    /// <summary>"Missing fields should be ignored, as peers may choose to send partial updates."</summary>
    private void Apply(HostConnection connection, IdentifyInfo info)
    {
        if (info.AgentVersion is { } agentVersion) _host.Peers.SetAgentVersion(connection.Peer, agentVersion);
        if (info.ObservedAddress is { } observed) connection.ObservedAddress = observed;
        if (info.RecordFault != EnvelopeFault.None) LogRecordRefused(connection.Peer, info.RecordFault);
        if (info.SignedRecord is { } record && !_host.Peers.AddCertified(record, _options.CertifiedAddressTtl)) LogRecordStale(connection.Peer, record.Record.Sequence);
        if (info.ListenAddresses is { } addresses) _host.Peers.SetIdentified(connection.Peer, addresses, _options.IdentifiedAddressTtl);
        if (info.Protocols is { } protocols) _host.Peers.SetProtocols(connection.Peer, protocols);
        _host.AnnounceIdentified(connection);
    }
}
