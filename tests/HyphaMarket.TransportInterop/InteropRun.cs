using System.Diagnostics;
using System.Net.Sockets;
using HyphaMarket.Libp2p.Hosting;
using HyphaMarket.Libp2p.Identity;
using HyphaMarket.Libp2p.Multiformats;
using HyphaMarket.Libp2p.Ping;
using HyphaMarket.Libp2p.Transport;
using HyphaMarket.Libp2p.Transport.WebSockets;

namespace HyphaMarket.TransportInterop;

/// <summary>The two roles of a test: one leaves its address in Redis and answers pings, the other fetches it, dials and pings.</summary>
internal static class InteropRun
{
    /// <summary>Listens until the token ends it, as the suite's runner does by stopping the process.</summary>
    public static async Task ListenAsync(InteropSettings settings, TextWriter log, CancellationToken cancellationToken)
    {
        using var keys = KeyPair.Generate();
        var family = settings.ListenAddress.AddressFamily == AddressFamily.InterNetworkV6 ? "ip6" : "ip4";
        var suffix = settings.Transport == "ws" ? "/ws" : "";
        await using var host = NewHost(keys, settings, Multiaddr.Parse($"/{family}/{settings.ListenAddress}/tcp/0{suffix}"));
        await host.StartAsync(cancellationToken);
        // Of a wildcard's addresses the loopback ones come last, and nobody in another container could dial them.
        var address = host.Addresses[0].WithPeer(host.Id);
        await using (var redis = await RespClient.ConnectAsync(settings.Redis, cancellationToken)) await redis.PushAsync(settings.RedisKey, address.ToString(), cancellationToken);
        await log.WriteLineAsync($"listening on {address}");
        await Task.Delay(Timeout.Infinite, cancellationToken);
    }

    /// <summary>Dials the listener and pings it once.</summary>
    /// <exception cref="IOException">Redis or the listener could not be reached; the message says why.</exception>
    public static async Task<InteropResult> DialAsync(InteropSettings settings, TextWriter log, CancellationToken cancellationToken)
    {
        using var keys = KeyPair.Generate();
        await using var host = NewHost(keys, settings, listen: null);
        await host.StartAsync(cancellationToken);
        Multiaddr address;
        await using (var redis = await RespClient.ConnectAsync(settings.Redis, cancellationToken))
            address = Multiaddr.Parse(await redis.PopAsync(settings.RedisKey, settings.Timeout, cancellationToken));
        if (!address.TryGetPeer(out var listener)) throw new InvalidDataException($"The listener's address {address} names no peer.");
        await log.WriteLineAsync($"dialling {address}");

        var start = Stopwatch.GetTimestamp();
        await host.ConnectAsync(listener, [address], cancellationToken);
        var ping = await PingProtocol.PingAsync(host, listener, settings.Timeout, cancellationToken);
        return new InteropResult(Stopwatch.GetElapsedTime(start), ping);
    }

    /// <summary>A host that speaks the one transport and the one secure channel under test. Its deadlines are the test's.</summary>
    private static Host NewHost(KeyPair keys, InteropSettings settings, Multiaddr? listen)
    {
        ITransport transport = settings.Transport == "ws" ? new WebSocketTransport(new WebSocketTransportOptions { HandshakeTimeout = settings.Timeout, FirstFrameDelay = settings.Timeout }) : new TcpTransport();
        var options = new HostOptions
        {
            ListenAddresses = listen is null ? [] : [listen],
            SecurityProtocols = [settings.SecurityProtocol],
            DialTimeout = settings.Timeout,
            UpgradeTimeout = settings.Timeout,
            NegotiationTimeout = settings.Timeout,
        };
        return new Host(keys, options, transports: [transport]);
    }
}
