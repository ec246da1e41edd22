using System.Diagnostics;
using HyphaMarket.Libp2p.Hosting;
using HyphaMarket.Libp2p.Identity;
using HyphaMarket.Libp2p.Multiformats;
using HyphaMarket.Libp2p.RequestResponse;

namespace HyphaMarket.Benchmarks.Libp2p;

/// <summary>Two hosts in one process, joined over loopback TCP with Noise and Yamux.</summary>
internal sealed class HostPair : IAsyncDisposable
{
    private const string Sink = "/bench/sink/1";
    private const string Reflect = "/bench/reflect/1";
    private const int RequestBytes = 200;

    private readonly Host _client = NewHost();
    private readonly Host _server = NewHost();

    private HostPair()
    {
    }

    public static async Task<HostPair> StartAsync()
    {
        var pair = new HostPair();
        pair._server.Handle(Sink, SinkAsync);
        RequestProtocol.Serve(pair._server, Reflect, (_, request, _) => new(request));
        await pair._client.StartAsync();
        await pair._server.StartAsync();
        var identified = new TaskCompletionSource();
        pair._client.PeerIdentified += _ => identified.TrySetResult();
        await pair._client.ConnectAsync(pair._server.Id, pair._server.Addresses);
        await identified.Task;
        return pair;
    }

    /// <summary>One stream, one direction, until the receiver has confirmed the last byte.</summary>
    public async Task MeasureBulkAsync(long totalBytes)
    {
        var chunk = new byte[64 * 1024];
        var measurement = new Measurement();
        await using var stream = await _client.OpenStreamAsync(_server.Id, [Sink]);
        for (long sent = 0; sent < totalBytes; sent += chunk.Length) await stream.WriteAsync(chunk);
        await stream.CloseWriteAsync();
        var confirmed = new byte[sizeof(long)];
        await stream.ReadExactlyAsync(confirmed);
        if (BitConverter.ToInt64(confirmed) != totalBytes) throw new InvalidOperationException("Bytes were lost.");
        measurement.Print("bulk on one stream", totalBytes / 1048576.0, "MiB");
    }

    /// <summary>Requests of 200 bytes, each on a fresh stream.</summary>
    public async Task MeasureRequestsAsync(int concurrency, int requests)
    {
        var request = new byte[RequestBytes];
        var measurement = new Measurement();
        await Task.WhenAll(Enumerable.Range(0, concurrency).Select(_ => Task.Run(async () =>
        {
            for (var i = 0; i < requests / concurrency; i++) await RequestProtocol.CallAsync(_client, _server.Id, Reflect, request);
        })));
        measurement.Print($"requests of {RequestBytes} bytes, {concurrency} at a time", requests, "requests");
    }

    /// <summary>Connections of new hosts, from construction to disposal.</summary>
    public async Task MeasureHandshakesAsync(int concurrency, TimeSpan duration)
    {
        var connected = 0;
        var start = Stopwatch.GetTimestamp();
        var measurement = new Measurement();
        await Task.WhenAll(Enumerable.Range(0, concurrency).Select(_ => Task.Run(async () =>
        {
            while (Stopwatch.GetElapsedTime(start) < duration)
            {
                using var keys = KeyPair.Generate();
                await using var dialler = new Host(keys);
                await dialler.StartAsync();
                await dialler.ConnectAsync(_server.Id, _server.Addresses);
                Interlocked.Increment(ref connected);
            }
        })));
        measurement.Print("connections, both ends, new host each", connected, "connections");
    }

    /// <summary>Managed memory of idle connections, both ends together.</summary>
    public async Task MeasureMemoryAsync(int connections)
    {
        var hosts = new List<Host>();
        for (var i = 0; i < connections; i++)
        {
            hosts.Add(new Host(KeyPair.Generate()));
            await hosts[^1].StartAsync();
        }
        var before = GC.GetTotalMemory(forceFullCollection: true);
        foreach (var host in hosts) await host.ConnectAsync(_server.Id, _server.Addresses);
        await Task.Delay(TimeSpan.FromSeconds(1));
        var after = GC.GetTotalMemory(forceFullCollection: true);
        Console.WriteLine($"  managed memory of an idle connection, both ends: {(after - before) / connections:N0} B");
        foreach (var host in hosts) await host.DisposeAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _client.DisposeAsync();
        await _server.DisposeAsync();
    }

    private static Host NewHost() => new(KeyPair.Generate(), new HostOptions { ListenAddresses = [Multiaddr.Parse("/ip4/127.0.0.1/tcp/0")] });

    private static async Task SinkAsync(PeerStream stream, CancellationToken cancellationToken)
    {
        var buffer = new byte[128 * 1024];
        var total = 0L;
        int read;
        while ((read = await stream.ReadAsync(buffer, cancellationToken)) > 0) total += read;
        await stream.WriteAsync(BitConverter.GetBytes(total), cancellationToken);
    }
}
