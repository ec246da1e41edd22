using HyphaMarket.Libp2p.AutoNat.Messages;
using HyphaMarket.Libp2p.Hosting;
using HyphaMarket.Libp2p.Identity;
using HyphaMarket.Libp2p.Multiformats;
using HyphaMarket.Libp2p.Muxing;
using HyphaMarket.Libp2p.Negotiation;
using HyphaMarket.Libp2p.RequestResponse;
using HyphaMarket.Libp2p.Resources;
using HyphaMarket.Libp2p.Transport;

namespace HyphaMarket.Libp2p.AutoNat.Server;

/// <summary>Makes a new, short connection to one address, tells a nonce and closes it.</summary>
/// <remarks>
/// It knows nothing of the host's connections, peer store and listening port, and has a peer id of its own: so it can neither reuse a connection, nor dial
/// another address than the one given, nor slip through a hole that a dial to our listening port has punched. "the server is free to use a separate peerID for the dial
/// backs".
/// </remarks>
internal sealed class DialBackDialer : IDisposable
{
    private static readonly string[] s_protocols = [AutoNatProtocol.DialBackId];

    private readonly AutoNatServerOptions _options;
    private readonly IReadOnlyList<ITransport> _transports;
    private readonly TimeProvider _time;
    private readonly KeyPair _keys = KeyPair.Generate();
    private readonly Upgrader _upgrader;

    // A budget of its own: the limits of requests bound the dials, and these bound what one dialled peer may make us hold.
    private readonly ResourceManager _resources = new(new ResourceOptions());

    public DialBackDialer(AutoNatServerOptions options, IReadOnlyList<ITransport> transports, TimeProvider time)
    {
        _options = options;
        _transports = transports;
        _time = time;
        _upgrader = new Upgrader(_keys, new HostOptions(), time);
    }

    public bool CanDial(Multiaddr address) => _transports.Any(transport => transport.CanDial(address));

    /// <returns>How it went, as the specification numbers it.</returns>
    /// <exception cref="IOException">Too many dial-backs are under way to try.</exception>
    /// <exception cref="OperationCanceledException">The caller's token, never one of the deadlines here.</exception>
    public async Task<DialStatus> DialAsync(PeerId client, Multiaddr address, ulong nonce, CancellationToken cancellationToken)
    {
        using var scope = _resources.TryOpenConnection(ConnectionDirection.Outbound, address: null) ?? throw new IOException("too many dial-backs are under way");
        MuxedConnection connection;
        using (var deadline = new Deadline(_options.DialTimeout, _time, cancellationToken))
        {
            try
            {
                var raw = await _transports.First(transport => transport.CanDial(address)).DialAsync(address, deadline.Token);
                connection = await _upgrader.UpgradeAsync(raw, client, initiator: true, scope, peer => Admit(peer, scope), deadline.Token);
            }
            catch (Exception exception) when (IsExpected(exception, cancellationToken))
            {
                // "If the server was unable to connect to the client on the selected address, DialStatus is set to E_DIAL_ERROR".
                return DialStatus.EDialError;
            }
        }
        await using var closing = connection;
        using var telling = new Deadline(_options.DialBackTimeout, _time, cancellationToken);
        try
        {
            await using var stream = await connection.OpenStreamAsync(telling.Token);
            if (await Multistream.SelectAsync(stream, s_protocols, telling.Token) is null) return DialStatus.EDialBackError;
            await LengthPrefixed.WriteAsync(stream, new DialBack { Nonce = nonce }, telling.Token);
            AutoNatCodec.ReadDialBackResponse(await LengthPrefixed.ReadAsync(stream, AutoNatProtocol.MaxDialBackBytes, telling.Token));
            return DialStatus.Ok;
        }
        catch (Exception exception) when (IsExpected(exception, cancellationToken))
        {
            return DialStatus.EDialBackError;
        }
    }

    public void Dispose()
    {
        _upgrader.Dispose();
        _keys.Dispose();
    }

    private static ValueTask Admit(PeerId peer, ConnectionScope scope) =>
        scope.TryAssignPeer(peer) is var refusal && refusal == ConnectionRefusal.None
            ? ValueTask.CompletedTask
            : ValueTask.FromException(new IOException($"too many dial-backs are under way ({refusal})"));

    private static bool IsExpected(Exception exception, CancellationToken cancellationToken) =>
        exception is IOException or InvalidDataException || (exception is OperationCanceledException && !cancellationToken.IsCancellationRequested);
}
