using System.Net;
using HyphaMarket.Libp2p.AutoNat.Messages;
using HyphaMarket.Libp2p.Hosting;
using HyphaMarket.Libp2p.Identity;
using HyphaMarket.Libp2p.RequestResponse;
using HyphaMarket.Libp2p.Transport;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using ResponseStatus = HyphaMarket.Libp2p.AutoNat.Messages.DialResponse.Types.ResponseStatus;

namespace HyphaMarket.Libp2p.AutoNat.Server;

/// <summary>Serves AutoNAT v2: dials one address for a peer that asks whether it can be reached there.</summary>
/// <remarks>
/// A thin driver over <see cref="RequestLimiter"/>, <see cref="DialPolicy"/> and <see cref="DialDataMeter"/>, which decide. Source: libp2p/specs
/// autonat/autonat-v2.md; departures are listed in this folder's README.
/// </remarks>
public sealed partial class AutoNatServer : IAsyncDisposable
{
    private readonly IHost _host;
    private readonly AutoNatServerOptions _options;
    private readonly ILogger _logger;
    private readonly long _start;
    private readonly DialBackDialer _dialer;
    private readonly CancellationTokenSource _stop = new();
    private readonly CancellationToken _stopping;
    private readonly ActivityCounter _activity = new();

    // Guards the limiter and the policy's random source.
    private readonly Lock _gate = new();
    private readonly RequestLimiter _limiter;
    private readonly DialPolicy _policy;

    private AutoNatServer(IHost host, AutoNatServerOptions options, IReadOnlyList<ITransport> transports, ILogger logger, Random random)
    {
        _host = host;
        _options = options;
        _logger = logger;
        _start = host.Time.GetTimestamp();
        _stopping = _stop.Token;
        _dialer = new DialBackDialer(_options, transports, host.Time);
        _limiter = new RequestLimiter(_options);
        _policy = new DialPolicy(_options, _dialer.CanDial, random);
        // A stream beyond these is reset before it is looked at; the limiter then answers in words, which is why it is the stricter one.
        host.Handle(AutoNatProtocol.DialRequestId, ServeAsync, new StreamLimits(2 * _options.MaxConcurrentRequests, 2 * _options.MaxConcurrentRequestsPerPeer));
    }

    private TimeSpan Now => _host.Time.GetElapsedTime(_start);

    /// <summary>Begins to serve.</summary>
    /// <param name="options">Null for the defaults.</param>
    /// <param name="transports">
    /// What dial-backs use; null for TCP from ordinary ports. "Servers SHOULD NOT reuse their listening port when making a dial back".
    /// </param>
    /// <param name="random">Draws amounts of dial data and delays; a fixed seed makes a test repeatable.</param>
    /// <exception cref="ArgumentException">An option is out of range.</exception>
    /// <exception cref="InvalidOperationException">The host has such a server already.</exception>
    public static AutoNatServer Start(
        IHost host, AutoNatServerOptions? options = null, IReadOnlyList<ITransport>? transports = null, ILoggerFactory? loggerFactory = null, Random? random = null)
    {
        ArgumentNullException.ThrowIfNull(host);
        options ??= new AutoNatServerOptions();
        options.Validate();
        ILogger logger = loggerFactory?.CreateLogger<AutoNatServer>() ?? NullLogger<AutoNatServer>.Instance;
        return new AutoNatServer(host, options, transports ?? [new TcpTransport()], logger, random ?? new Random());
    }

    /// <summary>Ceases to serve; requests under way are cut off.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_stopping.IsCancellationRequested) return;
        _host.Unhandle(AutoNatProtocol.DialRequestId);
        await _stop.CancelAsync();
        await _activity.CloseAsync();
        _dialer.Dispose();
        _stop.Dispose();
    }

    private async Task ServeAsync(PeerStream stream, CancellationToken cancellationToken)
    {
        _activity.Enter();
        try
        {
            using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _stopping);
            using var deadline = new Deadline(_options.RequestTimeout, _host.Time, stop.Token);
            await ServeWithinLimitsAsync(stream, deadline.Token);
        }
        finally
        {
            _activity.Leave();
        }
    }

    private async Task ServeWithinLimitsAsync(PeerStream stream, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var ip = NetworkAddress.TryFrom(stream.Connection.RemoteAddress, out var remote) ? remote.Ip : null;
        bool admitted;
        lock (_gate) admitted = _limiter.TryEnter(Now, stream.Peer, ip);
        if (!admitted)
        {
            LogRejected(stream.Peer);
            await AnswerAsync(stream, AutoNatCodec.Response(ResponseStatus.ERequestRejected), cancellationToken);
            return;
        }
        try
        {
            await AnswerAsync(stream, await AnswerToAsync(stream, ip, cancellationToken), cancellationToken);
        }
        finally
        {
            lock (_gate) _limiter.Leave(stream.Peer);
        }
    }

    private async Task<Message> AnswerToAsync(PeerStream stream, IPAddress? ip, CancellationToken cancellationToken)
    {
        var message = AutoNatCodec.Read(await LengthPrefixed.ReadAsync(stream, AutoNatProtocol.MaxMessageBytes, cancellationToken));
        if (message.MsgCase != Message.MsgOneofCase.DialRequest) throw new InvalidDataException("The first message was no dial request.");
        var request = message.DialRequest;
        DialDecision? decision;
        bool afforded;
        lock (_gate)
        {
            decision = _policy.Decide(stream.Peer, ip, AutoNatCodec.Addresses(request), [.. _host.ListenAddresses, .. _host.Addresses]);
            afforded = decision is not { DataBytes: > 0 } || _limiter.TryEnterForeign(Now);
        }
        if (decision is null) return AutoNatCodec.Response(ResponseStatus.EDialRefused);
        if (!afforded) return AutoNatCodec.Response(ResponseStatus.ERequestRejected);
        if (decision.DataBytes > 0)
        {
            await TakePaymentAsync(stream, decision, cancellationToken);
            await Task.Delay(decision.Delay, _host.Time, cancellationToken);
        }
        var outcome = await _dialer.DialAsync(stream.Peer, decision.Address, request.Nonce, cancellationToken);
        LogDialled(stream.Peer, decision.Address, outcome);
        return AutoNatCodec.Response(decision.Index, outcome);
    }

    private static async Task TakePaymentAsync(PeerStream stream, DialDecision decision, CancellationToken cancellationToken)
    {
        await LengthPrefixed.WriteAsync(stream, AutoNatCodec.DataRequest(decision.Index, decision.DataBytes), cancellationToken);
        var meter = new DialDataMeter(decision.DataBytes);
        while (!meter.IsPaid)
        {
            var message = AutoNatCodec.Read(await LengthPrefixed.ReadAsync(stream, AutoNatProtocol.MaxMessageBytes, cancellationToken));
            if (message.MsgCase != Message.MsgOneofCase.DialDataResponse) throw new InvalidDataException("Something else than dial data came.");
            meter.Add(message.DialDataResponse.Data.Length);
        }
    }

    private static async Task AnswerAsync(PeerStream stream, Message answer, CancellationToken cancellationToken)
    {
        await LengthPrefixed.WriteAsync(stream, answer, cancellationToken);
        // "The server MUST close the stream after sending the response."
        await stream.CloseWriteAsync(cancellationToken);
    }
}
