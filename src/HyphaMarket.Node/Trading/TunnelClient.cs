using System.Net;
using System.Net.Sockets;
using Google.Protobuf;
using HyphaMarket.Libp2p.Hosting;
using HyphaMarket.Libp2p.Identity;
using HyphaMarket.Libp2p.RequestResponse;
using HyphaMarket.Node.Api.Contracts;
using HyphaMarket.Node.Api.Services;
using HyphaMarket.Node.Networking;
using HyphaMarket.Wire;
using HyphaMarket.Wire.Messages;
using Microsoft.Extensions.Logging;

namespace HyphaMarket.Node.Trading;

/// <summary>The buyer's end of a tunnel: a listener on loopback whose connections each become a stream to the worker.</summary>
internal sealed partial class TunnelClient : ITunnel
{
    /// <summary>Connections at once through one tunnel.</summary>
    private const int MaxConnections = 64;

    /// <summary>A dial over a relay, the hole punch that follows (20 s) and the worker's answer; the API gives a request 30 s.</summary>
    private static readonly TimeSpan s_openDeadline = TimeSpan.FromSeconds(28);

    private readonly NodeNetwork _network;
    private readonly PeerId _worker;
    private readonly RecordId _lease;
    private readonly ByteString _networkId;
    private readonly int _remotePort;
    private readonly TcpListener _listener;
    private readonly ILogger _log;
    private readonly LeaseLife _life;
    private readonly CancellationTokenSource _stopping;
    private readonly Task _accepting;
    private long _sent;
    private long _received;
    private int _connections;

    private TunnelClient(NodeNetwork network, PeerId worker, RecordId lease, ByteString networkId, IPEndPoint local, int remotePort, LeaseLife life, ILogger log)
    {
        (_network, _worker, _lease, _networkId, _remotePort, _life, _log) = (network, worker, lease, networkId, remotePort, life, log);
        _stopping = CancellationTokenSource.CreateLinkedTokenSource(life.Token);
        _listener = new TcpListener(local);
        _listener.Start();
        _accepting = Task.Run(AcceptAsync);
    }

    public TunnelView View => new(
        _lease.ToString(), _listener.LocalEndpoint.ToString()!, _remotePort, Interlocked.Read(ref _sent), Interlocked.Read(ref _received), Volatile.Read(ref _connections));

    public Task Completion => _accepting;

    /// <summary>Asks first, so that a worker that refuses says so now and not to the first connection.</summary>
    /// <returns>The tunnel, or the worker's refusal.</returns>
    /// <exception cref="IOException">The worker could not be reached.</exception>
    public static async Task<(TunnelClient? Tunnel, PeerRefusal? Refusal)> OpenAsync(
        NodeNetwork network, PeerId worker, RecordId lease, ByteString networkId, IPEndPoint local, int remotePort, LeaseLife life, ILogger log, CancellationToken cancellationToken)
    {
        var (stream, opened) = await OpenStreamAsync(network, worker, lease, networkId, remotePort, ask: true, cancellationToken);
        await stream.DisposeAsync();
        return opened.Ok ? (new TunnelClient(network, worker, lease, networkId, local, remotePort, life, log), null) : (null, PeerRefusal.Of(opened));
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _accepting;
        _listener.Dispose();
        _stopping.Dispose();
        _life.Dispose();
    }

    private static async Task<(PeerStream Stream, TunnelOpened Opened)> OpenStreamAsync(
        NodeNetwork network, PeerId worker, RecordId lease, ByteString networkId, int port, bool ask, CancellationToken cancellationToken)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(s_openDeadline);
        var stream = await network.Host.OpenStreamAsync(worker, [MarketProtocols.Tunnel], deadline.Token);
        try
        {
            await LengthPrefixed.WriteAsync(stream, new TunnelOpen { Network = networkId, Lease = ByteString.CopyFrom(lease.Value.ToArray()), Port = (uint)port, Ask = ask }, deadline.Token);
            var bytes = await LengthPrefixed.ReadAsync(stream, 4096, deadline.Token) ?? throw new EndOfStreamException("The worker ended the stream.");
            return (stream, TunnelOpened.Parser.ParseFrom(bytes));
        }
        catch
        {
            stream.Reset();
            throw;
        }
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var socket = await _listener.AcceptSocketAsync(_stopping.Token);
                if (Volatile.Read(ref _connections) >= MaxConnections)
                {
                    LogTooMany(MaxConnections);
                    socket.Dispose();
                    continue;
                }

                _ = CarryAsync(socket);
            }
        }
        catch (OperationCanceledException)
        {
            // The tunnel was closed, or its lease ended.
        }
        finally
        {
            _listener.Stop();
        }
    }

    private async Task CarryAsync(Socket socket)
    {
        Interlocked.Increment(ref _connections);
        try
        {
            using var _ = socket;
            socket.NoDelay = true;
            var (stream, opened) = await OpenStreamAsync(_network, _worker, _lease, _networkId, _remotePort, ask: false, _stopping.Token);
            await using (stream)
            {
                if (opened.Ok) await TunnelPump.RunAsync(socket, stream, sent => Interlocked.Add(ref _sent, sent), received => Interlocked.Add(ref _received, received), _stopping.Token);
                else
                {
                    var refusal = PeerRefusal.Of(opened);
                    LogRefused(refusal.Code, refusal.Detail);
                }
            }
        }
        catch (Exception e) when (e is IOException or SocketException or OperationCanceledException or InvalidDataException or InvalidProtocolBufferException)
        {
            LogEnded(e.Message);
        }
        finally
        {
            Interlocked.Decrement(ref _connections);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "A tunnel carries {Most} connections at once; a further one was closed.")]
    private partial void LogTooMany(int most);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The worker refused a tunnel connection: {Code}. {Detail}")]
    private partial void LogRefused(string code, string detail);

    [LoggerMessage(Level = LogLevel.Debug, Message = "A tunnel connection ended: {Reason}")]
    private partial void LogEnded(string reason);
}
