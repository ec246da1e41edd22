using HyphaMarket.Libp2p.AutoNat.Observed;
using HyphaMarket.Libp2p.Hosting;
using HyphaMarket.Libp2p.Identity;
using HyphaMarket.Libp2p.Multiformats;
using HyphaMarket.Libp2p.RequestResponse;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace HyphaMarket.Libp2p.HolePunching;

/// <summary>Upgrades relayed connections to direct ones: dials a peer that can be dialled, or has both sides dial at the same moment (DCUtR).</summary>
/// <remarks>
/// A thin driver over <see cref="HolePunchInitiator"/> and <see cref="HolePunchResponder"/>. Whoever took the relayed connection leads. The relayed connection stays
/// until its limits end it; new streams open on the direct one by themselves. Wants dials from the listening port
/// (<see cref="Transport.TcpOptions.ReusePort"/>): a hole is punched for the port that dials. Source: libp2p/specs relay/DCUtR.md.
/// </remarks>
public sealed partial class HolePuncher : IAsyncDisposable
{
    private static readonly string[] s_protocols = [HolePunchProtocol.Id];

    private readonly IHost _host;
    private readonly ObservedAddressMonitor _observed;
    private readonly HolePunchOptions _options;
    private readonly ILogger _logger;
    private readonly CancellationTokenSource _stop = new();
    private readonly CancellationToken _stopping;
    private readonly ActivityCounter _activity = new();
    private readonly Lock _lock = new();

    // The relayed connections that were or are being upgraded: one that identifies again is not tried again.
    private readonly HashSet<long> _seen = [];
    private readonly HashSet<PeerId> _active = [];

    // Attempts that others led on each relayed connection: a new stream for each does not make them more.
    private readonly Dictionary<long, int> _answered = [];

    private HolePuncher(IHost host, ObservedAddressMonitor observed, HolePunchOptions options, ILogger logger)
    {
        _host = host;
        _observed = observed;
        _options = options;
        _logger = logger;
        _stopping = _stop.Token;
    }

    /// <summary>An upgrade that this node led has ended, well or not. Subscribers return fast and do not throw.</summary>
    public event Action<HolePunchResult>? Completed;

    /// <summary>Upgrades relayed connections from now on.</summary>
    /// <param name="host">The node; the caller keeps owning it.</param>
    /// <param name="observed">Knows our external addresses; the caller keeps owning it.</param>
    /// <param name="options">Null for the defaults.</param>
    /// <param name="loggerFactory">Null for no logging.</param>
    /// <exception cref="ArgumentException">A bound is out of its range.</exception>
    public static HolePuncher Start(IHost host, ObservedAddressMonitor observed, HolePunchOptions? options = null, ILoggerFactory? loggerFactory = null)
    {
        ArgumentNullException.ThrowIfNull(host);
        ArgumentNullException.ThrowIfNull(observed);
        options ??= new HolePunchOptions();
        options.Validate();
        var puncher = new HolePuncher(host, observed, options, (loggerFactory ?? NullLoggerFactory.Instance).CreateLogger<HolePuncher>());
        // A peer that takes a new stream for each attempt opens it while our dial of the last one may still be under way.
        host.Handle(HolePunchProtocol.Id, puncher.ServeAsync, new StreamLimits(options.MaxConcurrentInbound, 2) { AllowLimited = true });
        host.ConnectionIdentified += puncher.OnIdentified;
        host.ConnectionClosed += puncher.OnClosed;
        foreach (var connection in host.Connections.Where(open => open.ObservedAddress is not null)) puncher.OnIdentified(connection);
        return puncher;
    }

    public async ValueTask DisposeAsync()
    {
        if (_stopping.IsCancellationRequested) return;
        _host.Unhandle(HolePunchProtocol.Id);
        _host.ConnectionIdentified -= OnIdentified;
        _host.ConnectionClosed -= OnClosed;
        await _stop.CancelAsync();
        await _activity.CloseAsync();
        _stop.Dispose();
    }

    private void OnIdentified(ConnectionInfo connection)
    {
        // "Upon observing the new connection, the inbound peer (here B) checks the addresses advertised by A via identify."
        if (!connection.IsLimited || connection.Direction != ConnectionDirection.Inbound || _host.IsConnected(connection.Peer)) return;
        // The event may be later than the end of the connection.
        if (_host.Connections.All(open => open.Id != connection.Id)) return;
        lock (_lock)
        {
            if (_active.Count >= _options.MaxConcurrent || !_seen.Add(connection.Id) || !_active.Add(connection.Peer)) return;
            _activity.Enter();
        }
        _ = Task.Run(() => UpgradeAsync(connection));
    }

    private void OnClosed(ConnectionInfo connection)
    {
        lock (_lock)
        {
            _seen.Remove(connection.Id);
            _answered.Remove(connection.Id);
        }
    }

    private async Task UpgradeAsync(ConnectionInfo relayed)
    {
        var initiator = new HolePunchInitiator(_options);
        var result = new HolePunchResult(relayed.Peer, HolePunchOutcome.Failed, 0, TimeSpan.Zero, "the node is closing");
        try
        {
            // A unilateral attempt comes first: "if that set includes public addresses, then A may be reachable by a direct connection".
            if (await TryDialAsync(relayed.Peer, PunchableAddresses.Select(_host.PeerStore.GetAddresses(relayed.Peer), _options), asListener: false))
            {
                result = new HolePunchResult(relayed.Peer, HolePunchOutcome.Dialled, 0, TimeSpan.Zero, null);
                return;
            }
            var met = await LeadAsync(relayed, initiator);
            result = met
                ? new HolePunchResult(relayed.Peer, HolePunchOutcome.Punched, initiator.Attempts, initiator.RoundTrip, null)
                : Failed($"the peers did not meet in {initiator.Attempts} attempts");
        }
        catch (Exception exception) when (exception is IOException or InvalidDataException or OperationCanceledException)
        {
            result = Failed(exception.Message);
        }
        catch (Exception exception)
        {
            LogBackgroundFailure(exception);
            result = Failed(exception.Message);
        }
        finally
        {
            lock (_lock) _active.Remove(relayed.Peer);
            LogCompleted(relayed.Peer, result.Outcome, result.Attempts, result.Failure ?? "direct");
            Completed?.Invoke(result);
            _activity.Leave();
        }

        HolePunchResult Failed(string why) => new(relayed.Peer, HolePunchOutcome.Failed, initiator.Attempts, initiator.RoundTrip, why);
    }

    /// <returns>Whether a direct connection was made.</returns>
    private async Task<bool> LeadAsync(ConnectionInfo relayed, HolePunchInitiator initiator)
    {
        var start = _host.Time.GetTimestamp();
        var stream = await OpenAsync(relayed);
        try
        {
            for (var isFirst = true; initiator.TryBegin(_host.Time.GetElapsedTime(start)); isFirst = false)
            {
                try
                {
                    await ExchangeAsync(stream, initiator, start);
                }
                catch (IOException) when (!isFirst)
                {
                    // "On failure go back to step (2), reusing the same stream": go-libp2p and js-libp2p end it after one attempt and expect another.
                    await stream.DisposeAsync();
                    stream = await OpenAsync(relayed);
                    initiator.BeginAnew(_host.Time.GetElapsedTime(start));
                    await ExchangeAsync(stream, initiator, start);
                }
                await Task.Delay(initiator.DialDelay, _host.Time, _stopping);
                if (await TryDialAsync(relayed.Peer, initiator.PeerAddresses, asListener: true)) return true;
            }
            return false;
        }
        finally
        {
            await stream.DisposeAsync();
        }
    }

    private async Task<PeerStream> OpenAsync(ConnectionInfo relayed)
    {
        using var deadline = new Deadline(_options.MessageTimeout, _host.Time, _stopping);
        return await _host.OpenStreamAsync(relayed.Peer, s_protocols, new StreamOptions { AllowLimited = true, ConnectionId = relayed.Id }, deadline.Token);
    }

    /// <summary>Connect, connect, sync.</summary>
    private async Task ExchangeAsync(PeerStream stream, HolePunchInitiator initiator, long start)
    {
        using var deadline = new Deadline(_options.MessageTimeout, _host.Time, _stopping);
        await SendAsync(stream, new HolePunchMessage(HolePunchMessageType.Connect, OwnAddresses()), deadline.Token);
        var answer = await ReadAsync(stream, deadline.Token) ?? throw new IOException("the peer ended the exchange");
        initiator.OnConnect(_host.Time.GetElapsedTime(start), answer);
        await SendAsync(stream, new HolePunchMessage(HolePunchMessageType.Sync, []), deadline.Token);
    }

    private async Task ServeAsync(PeerStream stream, CancellationToken cancellationToken)
    {
        var relayed = stream.Connection;
        // The peer that took the relayed connection leads; over a direct connection there is nothing to upgrade.
        if (!relayed.IsLimited || relayed.Direction != ConnectionDirection.Outbound) throw new InvalidDataException("A hole punch was asked for on a connection that is not for one.");
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _stopping);
        var responder = new HolePunchResponder(_options);
        var dial = Task.FromResult(false);
        try
        {
            while (await NextAsync(stream, stop.Token) is { } message)
            {
                if (responder.OnMessage(message))
                {
                    // "Upon receiving the Sync, A immediately starts a direct dial". The next message is answered meanwhile, or its round trip would hold our dial.
                    dial = TryDialAsync(relayed.Peer, responder.PeerAddresses, asListener: false);
                }
                else
                {
                    if (!MayAnswer(relayed)) throw new InvalidDataException($"The peer wants more than {_options.MaxAttempts} attempts on one relayed connection.");
                    using var deadline = new Deadline(_options.MessageTimeout, _host.Time, stop.Token);
                    await SendAsync(stream, new HolePunchMessage(HolePunchMessageType.Connect, OwnAddresses()), deadline.Token);
                }
            }
        }
        finally
        {
            await dial;
        }
    }

    /// <summary>Counts an attempt that the peer leads; false where it has had all of them, or the connection is gone.</summary>
    private bool MayAnswer(ConnectionInfo relayed)
    {
        lock (_lock)
        {
            var answered = _answered.GetValueOrDefault(relayed.Id);
            if (answered >= _options.MaxAttempts) return false;
            // Looked at under the lock: the end of a connection that is open here is told afterwards, and takes the count away.
            if (_host.Connections.All(open => open.Id != relayed.Id)) return false;
            _answered[relayed.Id] = answered + 1;
            return true;
        }
    }

    private async Task<HolePunchMessage?> NextAsync(PeerStream stream, CancellationToken cancellationToken)
    {
        using var deadline = new Deadline(_options.AttemptTimeout, _host.Time, cancellationToken);
        return await ReadAsync(stream, deadline.Token);
    }

    /// <summary>Where others may find us: what peers observe, then what AutoNAT confirmed, then what we listen on.</summary>
    private List<Multiaddr> OwnAddresses() => PunchableAddresses.Select(_observed.Predictions.Concat(_host.Addresses).Concat(_host.ListenAddresses), _options);

    /// <returns>Whether a direct connection is open, by this dial or the peer's.</returns>
    private async Task<bool> TryDialAsync(PeerId peer, IReadOnlyList<Multiaddr> addresses, bool asListener)
    {
        if (_host.IsConnected(peer)) return true;
        if (addresses.Count == 0) return false;
        try
        {
            // Of two sides that dial at once the one that leads listens, as go-libp2p, js-libp2p and rust-libp2p have it.
            var options = new DialOptions { ForceDirect = true, IgnoreBackoff = true, OnlyGiven = true, ActAsListener = asListener };
            await _host.ConnectAsync(peer, addresses, options, _stopping);
            return true;
        }
        catch (DialException exception)
        {
            LogDialFailed(peer, exception.Message);
            return _host.IsConnected(peer);
        }
    }

    private static async Task<HolePunchMessage?> ReadAsync(PeerStream stream, CancellationToken cancellationToken) =>
        await LengthPrefixed.ReadAsync(stream, HolePunchProtocol.MaxMessageBytes, cancellationToken) is { } bytes ? HolePunchCodec.Decode(bytes) : null;

    private static ValueTask SendAsync(PeerStream stream, HolePunchMessage message, CancellationToken cancellationToken) =>
        LengthPrefixed.WriteAsync(stream, HolePunchCodec.Encode(message), cancellationToken);
}
