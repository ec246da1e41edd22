using System.Net;
using System.Security.Cryptography;
using HyphaMarket.Libp2p.Hosting;
using HyphaMarket.Libp2p.Identity;
using HyphaMarket.Libp2p.Multiformats;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace HyphaMarket.Libp2p.Discovery.Mdns;

/// <summary>Finds peers on the local network and lets them find this one. It runs only where a program makes one and starts it.</summary>
/// <remarks>Source: libp2p/specs discovery/mdns.md. It dials nobody: what it finds goes to the peer store and to <see cref="PeerFound"/>.</remarks>
public sealed partial class MdnsService : IAsyncDisposable
{
    private const string NameLetters = "abcdefghijklmnopqrstuvwxyz0123456789";
    private const int NameLength = 32;

    private readonly IHost _host;
    private readonly MdnsOptions _options;
    private readonly IMdnsLink _link;
    private readonly ILogger _logger;
    private readonly MdnsCore _core;
    private readonly CancellationTokenSource _stop = new();
    private readonly long _start;
    private Task _running = Task.CompletedTask;

    /// <param name="options">Null for the defaults.</param>
    /// <param name="loggerFactory">Null for no logging.</param>
    public MdnsService(IHost host, MdnsOptions? options = null, ILoggerFactory? loggerFactory = null)
        : this(host, options ?? new MdnsOptions(), new MulticastLink((options ?? new MdnsOptions()).MaxInterfaces), loggerFactory)
    {
    }

    internal MdnsService(IHost host, MdnsOptions options, IMdnsLink link, ILoggerFactory? loggerFactory = null)
    {
        ArgumentNullException.ThrowIfNull(host);
        options.Validate();
        _host = host;
        _options = options;
        _link = link;
        _logger = (loggerFactory ?? NullLoggerFactory.Instance).CreateLogger<MdnsService>();
        _core = new MdnsCore(host.Id, RandomNumberGenerator.GetString(NameLetters, NameLength), options, new Random(RandomNumberGenerator.GetInt32(int.MaxValue)));
        _start = host.Time.GetTimestamp();
    }

    /// <summary>A peer is on the local network, with the addresses it tells there; again when they change and now and then while it stays. Subscribers return fast.</summary>
    public event Action<PeerId, IReadOnlyList<Multiaddr>>? PeerFound;

    /// <summary>Joins the group and begins to ask.</summary>
    /// <exception cref="IOException">The port of multicast DNS cannot be listened on.</exception>
    public void Start()
    {
        _link.Refresh();
        _running = Task.Run(RunAsync);
    }

    /// <summary>Says goodbye and leaves the group.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_stop.IsCancellationRequested) return;
        await _stop.CancelAsync();
        await _running;
        await _link.DisposeAsync();
        _stop.Dispose();
    }

    private TimeSpan Now => _host.Time.GetElapsedTime(_start);

    private async Task RunAsync()
    {
        var refresh = Now;
        Task<bool>? arrival = null;
        try
        {
            while (!_stop.IsCancellationRequested)
            {
                try
                {
                    // Before each packet sent too: an interface that has just come up should not miss the first, frequent queries.
                    if (Now >= refresh || Now >= _core.NextTimer)
                    {
                        _link.Refresh();
                        _core.SetAddresses(Now, [.. _host.ListenAddresses.Where(IsForTheLink)]);
                        refresh = Now + _options.RefreshInterval;
                    }
                    while (_link.Packets.TryRead(out var packet)) _core.OnPacket(Now, packet);
                    _core.OnTimer(Now);
                    await CarryOutAsync();
                }
                catch (Exception exception) when (exception is not OperationCanceledException)
                {
                    // Interfaces come and go while they are looked at; the loop outlives that and looks again.
                    LogFailure(exception);
                }
                arrival ??= _link.Packets.WaitToReadAsync(_stop.Token).AsTask();
                var due = _core.NextTimer < refresh ? _core.NextTimer : refresh;
                var wait = due - Now;
                if (wait > TimeSpan.Zero) await AnyAsync(arrival, wait);
                if (arrival.IsCompleted) arrival = null;
            }
        }
        catch (OperationCanceledException)
        {
            // Stopped by us.
        }
        if (_core.Goodbye() is { } goodbye) await _link.SendAsync(goodbye, CancellationToken.None);
    }

    private async Task AnyAsync(Task arrival, TimeSpan wait)
    {
        using var waiting = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token);
        await Task.WhenAny(arrival, Task.Delay(wait, _host.Time, waiting.Token));
        await waiting.CancelAsync();
    }

    private async Task CarryOutAsync()
    {
        while (_core.TryTake(out var effect))
        {
            if (effect is MdnsSend send)
            {
                await _link.SendAsync(send.Packet, _stop.Token);
                continue;
            }
            var found = (MdnsFound)effect!;
            LogFound(found.Peer, found.Addresses.Count);
            _host.PeerStore.AddAddresses(found.Peer, found.Addresses, AddressLifetime.Local);
            foreach (var subscriber in PeerFound?.GetInvocationList() ?? [])
            {
                try
                {
                    ((Action<PeerId, IReadOnlyList<Multiaddr>>)subscriber)(found.Peer, found.Addresses);
                }
                catch (Exception exception)
                {
                    LogFailure(exception);
                }
            }
        }
    }

    /// <summary>Addresses of sockets on this machine that others on the link can reach: no loopback, no relay, no name.</summary>
    private static bool IsForTheLink(Multiaddr address)
    {
        var first = address.Components[0];
        return (first.Protocol == MultiaddrProtocol.Ip4 || first.Protocol == MultiaddrProtocol.Ip6) && !address.IsRelayed && !IPAddress.IsLoopback(new IPAddress(first.Value.Span));
    }
}
