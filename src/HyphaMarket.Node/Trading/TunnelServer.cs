using System.Net;
using System.Net.Sockets;
using HyphaMarket.Brokerage.Settlement;
using HyphaMarket.Libp2p.Hosting;
using HyphaMarket.Libp2p.RequestResponse;
using HyphaMarket.Market.Ids;
using HyphaMarket.Market.Slots;
using HyphaMarket.Node.Configuration;
using HyphaMarket.Node.Networking;
using HyphaMarket.Wire;
using HyphaMarket.Wire.Messages;
using Microsoft.Extensions.Logging;

namespace HyphaMarket.Node.Trading;

/// <summary>The worker's end of tunnels: lets the buyer of a running lease reach the loopback ports that the configuration allows, and nobody else any.</summary>
public sealed partial class TunnelServer(NodeOptions options, NetworkDefinition network, TimeProvider time, ILogger<TunnelServer> log)
{
    /// <summary>The worker's configuration lets no tunnel reach the port.</summary>
    internal const string PortNotAllowed = "port-not-allowed";

    /// <summary>Nothing answers at the port.</summary>
    internal const string ConnectFailed = "connect-failed";

    private static readonly TimeSpan OpenDeadline = TimeSpan.FromSeconds(10);

    private readonly ILogger _log = log;
    private readonly byte[] _network = network.Id.Value.ToArray();

    public async Task ServeAsync(PeerStream stream, TraderRoom room, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentNullException.ThrowIfNull(room);
        using var opening = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        opening.CancelAfter(OpenDeadline);
        if (await LengthPrefixed.ReadAsync(stream, 4096, opening.Token) is not { } bytes) return;
        var open = TunnelOpen.Parser.ParseFrom(bytes);
        var refusal = await JudgeAsync(stream, room, open, opening.Token);
        if (refusal is not null)
        {
            await AnswerAsync(stream, refusal, opening.Token);
            return;
        }

        if (open.Ask)
        {
            await AnswerAsync(stream, new TunnelOpened { Ok = true }, opening.Token);
            return;
        }

        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(new IPEndPoint(IPAddress.Loopback, (int)open.Port), opening.Token);
        }
        catch (SocketException e)
        {
            await AnswerAsync(stream, new TunnelOpened { Code = ConnectFailed, Detail = $"Nothing answers at port {open.Port} of the worker: {e.SocketErrorCode}." }, opening.Token);
            return;
        }

        await LengthPrefixed.WriteAsync(stream, new TunnelOpened { Ok = true }, opening.Token);
        LogOpened(stream.Peer.ToString(), (int)open.Port);
        // The unit stays the buyer's until the lease's end, and no longer.
        using var lease = LeaseLife.Follow(room, new RecordId(new Hash256(open.Lease.Span)), time, cancellationToken);
        await TunnelPump.RunAsync(socket, stream, _ => { }, _ => { }, lease.Token);
    }

    /// <summary>Null where the tunnel may be opened.</summary>
    private async Task<TunnelOpened?> JudgeAsync(PeerStream stream, TraderRoom room, TunnelOpen open, CancellationToken cancellationToken)
    {
        if (!open.Network.Span.SequenceEqual(_network)) return new TunnelOpened { Code = SettleRefusalCodes.WrongNetwork, Detail = "The worker is in another network." };
        var now = new Instant(time.GetUtcNow().ToUnixTimeMilliseconds());
        if (await LeaseDoor.JudgeAsync(room, open.Lease, stream.Peer.ToParticipant(), now, cancellationToken) is { } refusal) return new TunnelOpened { Code = refusal.Code, Detail = refusal.Detail };
        return options.Worker.TunnelPorts.Contains((int)Math.Min(int.MaxValue, open.Port))
            ? null
            : new TunnelOpened { Code = PortNotAllowed, Detail = $"The worker lets no tunnel reach its port {open.Port}." };
    }

    private static async Task AnswerAsync(PeerStream stream, TunnelOpened answer, CancellationToken cancellationToken)
    {
        await LengthPrefixed.WriteAsync(stream, answer, cancellationToken);
        await stream.CloseWriteAsync(cancellationToken);
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Tunnel of {Peer} to port {Port} opened.")]
    private partial void LogOpened(string peer, int port);
}
