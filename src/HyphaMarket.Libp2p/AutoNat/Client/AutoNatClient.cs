using System.Buffers.Binary;
using System.Security.Cryptography;
using Google.Protobuf;
using HyphaMarket.Libp2p.AutoNat.Messages;
using HyphaMarket.Libp2p.AutoNat.Observed;
using HyphaMarket.Libp2p.Hosting;
using HyphaMarket.Libp2p.Multiformats;
using HyphaMarket.Libp2p.Muxing;
using HyphaMarket.Libp2p.RequestResponse;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace HyphaMarket.Libp2p.AutoNat.Client;

/// <summary>Finds out by AutoNAT v2 which addresses of a host others can dial, and tells the host: its reachability and its confirmed external addresses.</summary>
/// <remarks>
/// A thin driver over <see cref="ReachabilityTracker"/>, <see cref="DialBackTable"/> and <see cref="AnswerJudge"/>, which decide. It asks the servers among the connected
/// peers, and dials nobody. Source: libp2p/specs autonat/autonat-v2.md.
/// </remarks>
public sealed partial class AutoNatClient : IAsyncDisposable
{
    private static readonly string[] s_protocols = [AutoNatProtocol.DialRequestId];

    /// <summary>Dial data has no meaning; zeros do.</summary>
    private static readonly ByteString s_chunk = ByteString.CopyFrom(new byte[AutoNatProtocol.MaxDataBytes]);

    private readonly IHost _host;
    private readonly ObservedAddressMonitor _observed;
    private readonly AutoNatClientOptions _options;
    private readonly ILogger _logger;
    private readonly long _start;
    private readonly AsyncSignal _signal = new();
    private readonly CancellationTokenSource _stopping = new();
    private readonly ActivityCounter _activity = new();

    // Guards the cores.
    private readonly Lock _gate = new();
    private readonly ReachabilityTracker _tracker;
    private readonly DialBackTable _dialBacks = new();
    private Multiaddr[] _told = [];

    private AutoNatClient(IHost host, ObservedAddressMonitor observed, AutoNatClientOptions options, ILogger logger)
    {
        _host = host;
        _observed = observed;
        _options = options;
        _logger = logger;
        _start = host.Time.GetTimestamp();
        _tracker = new ReachabilityTracker(_options);
    }

    /// <summary>The addresses under test and what is known of each.</summary>
    public IReadOnlyList<AddressReachability> Addresses
    {
        get
        {
            lock (_gate) return _tracker.Addresses;
        }
    }

    private TimeSpan Now => _host.Time.GetElapsedTime(_start);

    /// <summary>Begins to test, in the background.</summary>
    /// <param name="observed">Where candidates come from, beside the listen addresses; the caller keeps owning it.</param>
    /// <param name="options">Null for the defaults.</param>
    /// <exception cref="ArgumentException">An option is out of range.</exception>
    /// <exception cref="InvalidOperationException">The host has such a client already.</exception>
    public static AutoNatClient Start(
        IHost host, ObservedAddressMonitor observed, AutoNatClientOptions? options = null, ILoggerFactory? loggerFactory = null)
    {
        ArgumentNullException.ThrowIfNull(host);
        ArgumentNullException.ThrowIfNull(observed);
        options ??= new AutoNatClientOptions();
        options.Validate();
        ILogger logger = loggerFactory?.CreateLogger<AutoNatClient>() ?? NullLogger<AutoNatClient>.Instance;
        var client = new AutoNatClient(host, observed, options, logger);
        client.Begin();
        return client;
    }

    private void Begin()
    {
        // A dial-back is one small message; more at a time than requests under way are none of ours.
        _host.Handle(AutoNatProtocol.DialBackId, OnDialBackAsync, new StreamLimits(8 * _options.MaxConcurrentProbes, 2 * _options.MaxConcurrentProbes));
        _host.ConnectionIdentified += OnIdentified;
        _host.PeerDisconnected += OnDisconnected;
        _host.AddressesChanged += Wake;
        _observed.Changed += Wake;
        foreach (var connection in _host.Connections) OnIdentified(connection);
        _activity.Enter();
        _ = Task.Run(RunAsync);
    }

    public async ValueTask DisposeAsync()
    {
        if (_stopping.IsCancellationRequested) return;
        _host.ConnectionIdentified -= OnIdentified;
        _host.PeerDisconnected -= OnDisconnected;
        _host.AddressesChanged -= Wake;
        _observed.Changed -= Wake;
        _host.Unhandle(AutoNatProtocol.DialBackId);
        await _stopping.CancelAsync();
        Wake();
        await _activity.CloseAsync();
        _host.SetExternalAddresses(this, []);
        _stopping.Dispose();
    }

    private void Wake() => _signal.Set();

    private void OnIdentified(ConnectionInfo connection)
    {
        if (connection.IsLimited || !NetworkAddress.TryFrom(connection.RemoteAddress, out var remote)) return;
        var serves = _host.PeerStore.GetProtocols(connection.Peer).Contains(AutoNatProtocol.DialRequestId);
        lock (_gate)
        {
            if (serves) _tracker.AddServer(connection.Peer, remote.Ip);
            else _tracker.RemoveServer(connection.Peer);
        }
        Wake();
    }

    private void OnDisconnected(Identity.PeerId peer)
    {
        lock (_gate) _tracker.RemoveServer(peer);
    }

    private async Task RunAsync()
    {
        await using var timer = _host.Time.CreateTimer(static state => ((AsyncSignal)state!).Set(), _signal, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        while (!_stopping.IsCancellationRequested)
        {
            try
            {
                var next = StartProbes();
                Tell();
                timer.Change(next is { } at ? TimeSpan.FromTicks(Math.Max(TimeSpan.TicksPerMillisecond, (at - Now).Ticks)) : Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            }
            catch (Exception exception)
            {
                // The next signal tries again.
                LogBackgroundFailure(exception);
            }
            await _signal.WaitAsync();
        }
        _activity.Leave();
    }

    /// <returns>When to look again.</returns>
    private TimeSpan? StartProbes()
    {
        var candidates = Candidates();
        lock (_gate)
        {
            _tracker.SetCandidates(Now, candidates);
            while (_tracker.NextProbe(Now) is { } probe)
            {
                _activity.Enter();
                _ = Task.Run(() => ProbeAsync(probe));
            }
            return _tracker.NextTimer(Now);
        }
    }

    /// <summary>"Client SHOULD NOT send any private address": what observers agree on, and what we listen on.</summary>
    private List<Multiaddr> Candidates() =>
    [
        .. _observed.Candidates.Concat(_host.ListenAddresses)
            .Where(address => NetworkAddress.TryFrom(address, out var parts) && (parts.IsPublic || _options.AllowPrivateAddresses))
            .Distinct(),
    ];

    private void Tell()
    {
        Multiaddr[] confirmed;
        Reachability reachability;
        lock (_gate)
        {
            confirmed = [.. _tracker.Confirmed];
            reachability = _tracker.Reachability;
        }
        if (!confirmed.SequenceEqual(_told))
        {
            _told = confirmed;
            _host.SetExternalAddresses(this, confirmed);
        }
        // A node that loses its candidates for a while, as without a connection, has not become another.
        if (reachability == Reachability.Unknown || reachability == _host.Reachability) return;
        LogReachability(reachability);
        _host.SetReachability(reachability);
    }

    private async Task ProbeAsync(Probe probe)
    {
        var result = ProbeResult.Failed;
        try
        {
            result = await AskAsync(probe);
            LogAsked(probe.Server, probe.Addresses[result.Index], result.Outcome);
        }
        catch (Exception exception) when (exception is IOException or InvalidDataException or OperationCanceledException)
        {
            LogAskFailed(probe.Server, exception.Message);
        }
        catch (Exception exception)
        {
            LogBackgroundFailure(exception);
        }
        finally
        {
            lock (_gate) _tracker.OnResult(Now, probe, result);
            Wake();
            _activity.Leave();
        }
    }

    private async Task<ProbeResult> AskAsync(Probe probe)
    {
        using var deadline = new Deadline(_options.RequestTimeout, _host.Time, _stopping.Token);
        // Nobody who has not seen the request can guess the nonce.
        var nonce = BinaryPrimitives.ReadUInt64LittleEndian(RandomNumberGenerator.GetBytes(sizeof(ulong)));
        lock (_gate)
        {
            if (!_dialBacks.Expect(Now, nonce)) return ProbeResult.Failed;
        }
        Multiaddr? dialBack = null;
        DialResponse? answer;
        try
        {
            answer = await AskAsync(probe, nonce, deadline.Token);
        }
        finally
        {
            lock (_gate) dialBack = _dialBacks.Complete(nonce);
        }
        return answer is null ? ProbeResult.Failed : AnswerJudge.Judge(answer, probe.Addresses, dialBack);
    }

    /// <returns>Null where the server asks too much or speaks out of turn.</returns>
    private async Task<DialResponse?> AskAsync(Probe probe, ulong nonce, CancellationToken cancellationToken)
    {
        await using var stream = await _host.OpenStreamAsync(probe.Server, s_protocols, cancellationToken);
        await LengthPrefixed.WriteAsync(stream, AutoNatCodec.Request(nonce, probe.Addresses), cancellationToken);
        for (var paid = false; ; paid = true)
        {
            var message = AutoNatCodec.Read(await LengthPrefixed.ReadAsync(stream, AutoNatProtocol.MaxMessageBytes, cancellationToken));
            if (message.MsgCase == Message.MsgOneofCase.DialResponse) return message.DialResponse;
            if (message.MsgCase == Message.MsgOneofCase.DialDataRequest && !paid && await PayAsync(stream, probe, message.DialDataRequest, cancellationToken)) continue;
            // "If the client rejects the cost, the client resets the stream and the DialRequest is considered aborted."
            stream.Reset();
            return null;
        }
    }

    private async Task<bool> PayAsync(PeerStream stream, Probe probe, DialDataRequest price, CancellationToken cancellationToken)
    {
        if (price.AddrIdx >= (uint)probe.Addresses.Count) return false;
        lock (_gate)
        {
            if (!_tracker.TrySpend(Now, price.NumBytes)) return false;
        }
        for (var rest = (long)price.NumBytes; rest > 0; rest -= s_chunk.Length)
        {
            // The last chunk may be larger than what is left: one message serves for all.
            await LengthPrefixed.WriteAsync(stream, AutoNatCodec.Data(s_chunk), cancellationToken);
        }
        return true;
    }

    private async Task OnDialBackAsync(PeerStream stream, CancellationToken cancellationToken)
    {
        using var deadline = new Deadline(_options.RequestTimeout, _host.Time, cancellationToken);
        var nonce = AutoNatCodec.ReadDialBack(await LengthPrefixed.ReadAsync(stream, AutoNatProtocol.MaxDialBackBytes, deadline.Token));
        bool expected;
        lock (_gate) expected = _dialBacks.OnDialBack(Now, nonce, stream.Connection);
        if (!expected)
        {
            LogDialBackDiscarded(stream.Peer);
            stream.Reset();
            return;
        }
        await LengthPrefixed.WriteAsync(stream, new DialBackResponse { Status = DialBackResponse.Types.DialBackStatus.Ok }, deadline.Token);
        // "The client MUST close this stream after sending the response."
        await stream.CloseWriteAsync(deadline.Token);
    }
}
