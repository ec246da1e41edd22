using HyphaMarket.Libp2p.Hosting;
using HyphaMarket.Libp2p.Relay;
using HyphaMarket.Libp2p.Relay.Messages;
using HyphaMarket.Libp2p.Relay.Server;
using System.Security.Cryptography;
using static HyphaMarket.Libp2p.Tests.Relay.RelayWaiting;

namespace HyphaMarket.Libp2p.Tests.Relay;

/// <summary>What a relay does with the bytes of a circuit: both ends are bare streams, and the test is at both.</summary>
[TestFixture]
[CancelAfter(60_000)]
public sealed class RelayServerCircuitTests
{
    [Test]
    public async Task EndOfOneDirection_IsCarriedThrough_AndTheOtherGoesOn(CancellationToken cancellationToken)
    {
        await using var scene = await RelayScene.StartAsync(new RelayServerOptions { CircuitBytes = 1 << 20 });
        var (source, target) = await JoinAsync(scene, cancellationToken);
        await source.WriteAsync(new byte[10], cancellationToken);
        await source.CloseWriteAsync(cancellationToken);
        Assert.That(await ReadToEndAsync(target, cancellationToken), Has.Length.EqualTo(10));
        var answer = RandomNumberGenerator.GetBytes(300_000);
        var reading = ReadToEndAsync(source, cancellationToken);
        await target.WriteAsync(answer, cancellationToken);
        await target.CloseWriteAsync(cancellationToken);
        Assert.That(SHA256.HashData(await reading), Is.EqualTo(SHA256.HashData(answer)));
        await UntilAsync(() => scene.Server.Statistics is { Circuits: 0, CircuitsCutOff: 0, BytesRelayed: 300_010 }, "the circuit closed by itself");
    }

    [Test]
    public async Task StreamThatEndsExactlyAtItsLimit_IsWhole_AndOneByteMoreResetsBothEnds(CancellationToken cancellationToken)
    {
        await using var scene = await RelayScene.StartAsync(new RelayServerOptions { CircuitBytes = 1_000, BufferBytes = 300 });
        var (source, target) = await JoinAsync(scene, cancellationToken);
        await source.WriteAsync(new byte[1_000], cancellationToken);
        await source.CloseWriteAsync(cancellationToken);
        Assert.That(await ReadToEndAsync(target, cancellationToken), Has.Length.EqualTo(1_000));

        await target.WriteAsync(new byte[1_001], cancellationToken);
        Assert.That(async () => await ReadToEndAsync(source, cancellationToken), Throws.TypeOf<StreamResetException>());
        Assert.That(async () => await WriteForeverAsync(target, cancellationToken), Throws.TypeOf<StreamResetException>());
        await UntilAsync(() => scene.Server.Statistics is { Circuits: 0, CircuitsCutOff: 1, BytesRelayed: 2_000 }, "the circuit was cut off");
    }

    [Test]
    public async Task Circuit_WhoseTimeIsOver_IsResetAtBothEnds(CancellationToken cancellationToken)
    {
        await using var scene = await RelayScene.StartAsync(new RelayServerOptions { CircuitDuration = TimeSpan.FromSeconds(10) });
        var (source, target) = await JoinAsync(scene, cancellationToken);
        await source.WriteAsync(new byte[1], cancellationToken);
        await target.ReadExactlyAsync(new byte[1], cancellationToken);
        scene.Time.Advance(TimeSpan.FromSeconds(10));
        Assert.That(async () => await ReadToEndAsync(source, cancellationToken), Throws.TypeOf<StreamResetException>());
        Assert.That(async () => await ReadToEndAsync(target, cancellationToken), Throws.TypeOf<StreamResetException>());
        await UntilAsync(() => scene.Server.Statistics is { Circuits: 0, CircuitsCutOff: 1 }, "the circuit was cut off");
    }

    [Test]
    public async Task ResetOfOneEnd_ResetsTheOther(CancellationToken cancellationToken)
    {
        await using var scene = await RelayScene.StartAsync();
        var (source, target) = await JoinAsync(scene, cancellationToken);
        target.Reset();
        Assert.That(async () => await ReadToEndAsync(source, cancellationToken), Throws.TypeOf<StreamResetException>());
        await UntilAsync(() => scene.Server.Statistics is { Circuits: 0, CircuitsCutOff: 0 }, "the circuit ended");
    }

    [Test]
    public async Task ReaderThatIsSlow_HasEverythingInTheEnd(CancellationToken cancellationToken)
    {
        const int Length = 8 << 20;
        await using var scene = await RelayScene.StartAsync(new RelayServerOptions { CircuitBytes = Length });
        var (source, target) = await JoinAsync(scene, cancellationToken);
        var sent = new byte[Length];
        new Random(7).NextBytes(sent);
        var writing = WriteAsync();
        // One byte at first, so that the windows on both sides of the relay fill before the rest is read.
        using var received = new MemoryStream();
        var first = new byte[1];
        await target.ReadExactlyAsync(first, cancellationToken);
        received.Write(first);
        await target.CopyToAsync(received, cancellationToken);
        await writing;
        Assert.That(SHA256.HashData(received.ToArray()), Is.EqualTo(SHA256.HashData(sent)));

        async Task WriteAsync()
        {
            await source.WriteAsync(sent, cancellationToken);
            await source.CloseWriteAsync(cancellationToken);
        }
    }

    [Test]
    public async Task WriterAheadOfItsReader_IsReadNoFurtherThanOneBuffer(CancellationToken cancellationToken)
    {
        var options = new RelayServerOptions { BufferBytes = 1_000, CircuitBytes = long.MaxValue };
        var source = new EndlessStream();
        var target = new StuckStream();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var running = new Circuit(source, target, options, TimeProvider.System).RunAsync(stop.Token);
        await target.Entered.WaitAsync(cancellationToken);
        Assert.That(source.BytesRead, Is.EqualTo(1_000));
        await stop.CancelAsync();
        Assert.That(await running, Is.EqualTo(CircuitEnd.Stopped));
        Assert.That((source.BytesRead, source.WasReset, target.WasReset), Is.EqualTo((1_000L, true, true)));
    }

    /// <summary>A circuit between two nodes that take part by hand.</summary>
    private static async Task<(PeerStream Source, PeerStream Target)> JoinAsync(RelayScene scene, CancellationToken cancellationToken)
    {
        var sourceHost = await scene.NodeAsync();
        var targetHost = await scene.NodeAsync();
        var arrived = new TaskCompletionSource<PeerStream>(TaskCreationOptions.RunContinuationsAsynchronously);
        targetHost.Handle(RelayProtocol.StopId, async (stream, token) =>
        {
            var request = await RelayMessageStream.ReadStopAsync(stream, token);
            Assert.That((request!.Type, request.Peer), Is.EqualTo((StopMessageType.Connect, sourceHost.Id)));
            await RelayMessageStream.WriteAsync(stream, new StopMessage(StopMessageType.Status, Status: RelayStatus.Ok), token);
            arrived.SetResult(stream);
            await Task.Delay(Timeout.Infinite, token);
        });
        await (await scene.HopAsync(targetHost, new HopMessage(HopMessageType.Reserve), cancellationToken)).Stream.DisposeAsync();
        var (source, status) = await scene.HopAsync(sourceHost, new HopMessage(HopMessageType.Connect, targetHost.Id), cancellationToken);
        Assert.That(status, Is.EqualTo(RelayStatus.Ok));
        return (source, await arrived.Task.WaitAsync(cancellationToken));
    }

    private static async Task WriteForeverAsync(PeerStream stream, CancellationToken cancellationToken)
    {
        while (true) await stream.WriteAsync(new byte[1], cancellationToken);
    }

    private static async Task<byte[]> ReadToEndAsync(PeerStream stream, CancellationToken cancellationToken)
    {
        using var received = new MemoryStream();
        await stream.CopyToAsync(received, cancellationToken);
        return received.ToArray();
    }
}
