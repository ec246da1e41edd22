using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Diagnostics;
using HyphaMarket.Libp2p.Gossipsub;
using HyphaMarket.Libp2p.Hosting;
using HyphaMarket.Libp2p.Identity;
using HyphaMarket.Libp2p.Multiformats;
using HyphaMarket.Libp2p.RequestResponse;
using HyphaMarket.Libp2p.Resources;

namespace HyphaMarket.Bench.Peers;

/// <summary>A host of this library: TCP, Noise, Yamux, identify, gossipsub.</summary>
public sealed class HostPeer : IMeasuredPeer
{
    public const string Stack = "hypha";

    private const string Sink = "/bench/sink/1", Reflect = "/bench/reflect/1", Delivered = "/bench/delivered/1", Topic = "bench";
    private const int RequestBytes = 200, MessageBytes = 1024;

    /// <summary>Publications under way at one time, so that a slow answer to one does not hold up the others.</summary>
    private const int Publishers = 8;

    /// <summary>Messages on their way before the sender asks how many have come: far more than one round trip holds, far fewer than the queues do.</summary>
    private const int GossipWindow = 512;

    /// <summary>A thousand connections from one address are what is measured; strangers would not be let.</summary>
    private static readonly HostOptions s_options = new()
    {
        Resources = new ResourceOptions { MaxConnections = 2_048, MaxInboundConnections = 2_048, MaxConnectionsPerIp = 2_048, MaxPendingInbound = 2_048, MaxPendingInboundPerIp = 2_048 },
    };

    private readonly ConcurrentBag<Host> _hosts = [];
    private Host? _host;
    private GossipsubService? _gossip;
    private long _delivered;

    public long AllocatedBytes => GC.GetTotalAllocatedBytes();

    public async Task<string> StartAsync()
    {
        _host = await NewHostAsync([Multiaddr.Parse("/ip4/127.0.0.1/tcp/0")]);
        _host.Handle(Sink, SinkAsync);
        RequestProtocol.Serve(_host, Reflect, (_, request, _) => new(request));
        RequestProtocol.Serve(_host, Delivered, (_, _, _) =>
        {
            var count = new byte[sizeof(long)];
            BinaryPrimitives.WriteInt64BigEndian(count, Interlocked.Read(ref _delivered));
            return new(count);
        });
        _gossip = GossipsubService.Start(_host);
        await _gossip.SubscribeAsync(Topic, TopicOptions.Default, (_, _, _) =>
        {
            Interlocked.Increment(ref _delivered);
            return ValueTask.CompletedTask;
        });
        return $"{_host.Addresses[0]}/p2p/{_host.Id}";
    }

    public async Task<Sample> HandshakesAsync(string address, TimeSpan duration)
    {
        var (host, (peer, at)) = (_host!, Parse(address));
        var start = Stopwatch.GetTimestamp();
        var done = 0;
        while (Stopwatch.GetElapsedTime(start) < duration)
        {
            await ConnectAsync(host, peer, at);
            await host.DisconnectAsync(peer);
            done++;
        }

        return new Sample(done, Stopwatch.GetElapsedTime(start).TotalSeconds);
    }

    public async Task<Sample> BulkAsync(string address, long bytes)
    {
        var host = await ReadyAsync(address);
        var chunk = new byte[64 * 1024];
        var start = Stopwatch.GetTimestamp();
        await using var stream = await host.OpenStreamAsync(Parse(address).Peer, [Sink]);
        for (long sent = 0; sent < bytes; sent += chunk.Length) await stream.WriteAsync(chunk);
        await stream.CloseWriteAsync();
        var confirmed = new byte[sizeof(long)];
        await stream.ReadExactlyAsync(confirmed);
        if (BinaryPrimitives.ReadInt64BigEndian(confirmed) != bytes) throw new BenchException("Bytes were lost.");
        return new Sample(bytes, Stopwatch.GetElapsedTime(start).TotalSeconds);
    }

    public async Task<Sample> RequestsAsync(string address, int concurrency, TimeSpan duration)
    {
        var host = await ReadyAsync(address);
        var peer = Parse(address).Peer;
        var request = new byte[RequestBytes];
        var done = 0L;
        var start = Stopwatch.GetTimestamp();
        await Task.WhenAll(Enumerable.Range(0, concurrency).Select(_ => Task.Run(async () =>
        {
            while (Stopwatch.GetElapsedTime(start) < duration)
            {
                var answer = await RequestProtocol.CallAsync(host, peer, Reflect, request);
                if (answer.Length != RequestBytes) throw new BenchException("An answer was cut.");
                Interlocked.Increment(ref done);
            }
        })));
        return new Sample(done, Stopwatch.GetElapsedTime(start).TotalSeconds);
    }

    public async Task<Sample> GossipAsync(string address, int messages)
    {
        var host = await ReadyAsync(address);
        var peer = Parse(address).Peer;
        var data = new byte[MessageBytes];
        // The first publication waits until gossip knows that the other end subscribes.
        while ((await _gossip!.PublishAsync(Topic, data)).Peers == 0) await Task.Delay(20);
        var before = await DeliveredAsync(host, peer);
        var start = Stopwatch.GetTimestamp();
        var (sent, known) = (0, 0L);
        await Task.WhenAll(Enumerable.Range(0, Publishers).Select(_ => Task.Run(async () =>
        {
            while (Interlocked.Increment(ref sent) <= messages)
            {
                while (Volatile.Read(ref sent) - Interlocked.Read(ref known) >= GossipWindow) Interlocked.Exchange(ref known, await DeliveredAsync(host, peer) - before);
                await _gossip.PublishAsync(Topic, data);
            }
        })));
        while (known < messages) known = await DeliveredAsync(host, peer) - before;
        return new Sample(messages, Stopwatch.GetElapsedTime(start).TotalSeconds);
    }

    public async Task ConnectAsync(string address, int connections)
    {
        var (peer, at) = Parse(address);
        for (var i = 0; i < connections; i++) await ConnectAsync(await NewHostAsync([]), peer, at);
    }

    public async ValueTask DisposeAsync()
    {
        if (_gossip is not null) await _gossip.DisposeAsync();
        foreach (var host in _hosts)
        {
            await host.DisposeAsync();
            host.Keys.Dispose();
        }
    }

    private async Task<Host> NewHostAsync(IReadOnlyList<Multiaddr> listen)
    {
        var host = new Host(KeyPair.Generate(), s_options with { ListenAddresses = listen });
        _hosts.Add(host);
        await host.StartAsync();
        return host;
    }

    /// <summary>One connection whose other end's protocols are known, so that a stream costs no negotiation.</summary>
    private async Task<Host> ReadyAsync(string address)
    {
        var (peer, at) = Parse(address);
        if (!_host!.IsConnected(peer)) await ConnectAsync(_host, peer, at);
        return _host;
    }

    private static async Task ConnectAsync(Host host, PeerId peer, Multiaddr address)
    {
        var identified = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        void OnIdentified(PeerId who)
        {
            if (who == peer) identified.TrySetResult();
        }

        host.PeerIdentified += OnIdentified;
        await host.ConnectAsync(peer, [address]);
        await identified.Task;
        host.PeerIdentified -= OnIdentified;
    }

    private static async Task<long> DeliveredAsync(Host host, PeerId peer) =>
        BinaryPrimitives.ReadInt64BigEndian(await RequestProtocol.CallAsync(host, peer, Delivered, default));

    private static (PeerId Peer, Multiaddr Address) Parse(string text)
    {
        var address = Multiaddr.Parse(text);
        return address.TryGetPeer(out var peer) ? (peer, address) : throw new BenchException($"{text} names no peer.");
    }

    private static async Task SinkAsync(PeerStream stream, CancellationToken cancellationToken)
    {
        var buffer = new byte[128 * 1024];
        var total = 0L;
        int read;
        while ((read = await stream.ReadAsync(buffer, cancellationToken)) > 0) total += read;
        BinaryPrimitives.WriteInt64BigEndian(buffer, total);
        await stream.WriteAsync(buffer.AsMemory(0, sizeof(long)), cancellationToken);
    }
}
