using HyphaMarket.Libp2p.Hosting;
using HyphaMarket.Libp2p.Muxing;
using static HyphaMarket.Libp2p.Tests.Attacks.RawPeer;

namespace HyphaMarket.Libp2p.Tests.Attacks;

/// <summary>Authenticated peers that abuse the muxer.</summary>
[TestFixture]
[CancelAfter(20_000)]
public sealed class YamuxAttackTests
{
    private const string Hold = "/attack/hold/1";

    public static IEnumerable<TestCaseData> Violations()
    {
        TestCaseData Case(string name, params byte[][] frames) => new TestCaseData(new object[] { frames.SelectMany(bytes => bytes).ToArray() }).SetName(name);
        yield return Case("ReceiveWindowViolation_InOneFrame_CutsThePeerOff", Data(YamuxFlags.Syn, 1, new byte[YamuxOptions.InitialWindowBytes + 1]));
        yield return Case(
            "ReceiveWindowViolation_OverManyFrames_CutsThePeerOff",
            // On a stream that is served and not read: one still in negotiation may be reset for what the frames say before they are too many.
            [Open(1, Hold), .. Enumerable.Repeat(Data(YamuxFlags.None, 1, new byte[16 * 1024]), 17)]);
        yield return Case("FrameOfFourGibibytes_OnAnOpenStream_CutsThePeerOff", Header(YamuxFrameType.Data, YamuxFlags.Syn, 1, uint.MaxValue));
        yield return Case("FrameOfFourGibibytes_OnAnUnknownStream_CutsThePeerOff", Header(YamuxFrameType.Data, YamuxFlags.None, 9, uint.MaxValue));
        yield return Case("OversizedFrame_OnAnUnknownStream_CutsThePeerOff", Header(YamuxFrameType.Data, YamuxFlags.None, 9, (16 * 1024 * 1024) + 1));
        yield return Case("SendWindowBeyond32Bits_CutsThePeerOff", Header(YamuxFrameType.WindowUpdate, YamuxFlags.Syn, 1, uint.MaxValue));
        yield return Case(
            "SynOnAnOpenId_CutsThePeerOff", Header(YamuxFrameType.WindowUpdate, YamuxFlags.Syn, 1, 0), Header(YamuxFrameType.WindowUpdate, YamuxFlags.Syn, 1, 0));
        yield return Case("SynWithTheVictimsParity_CutsThePeerOff", Header(YamuxFrameType.WindowUpdate, YamuxFlags.Syn, 100, 0));
        yield return Case("DataAfterTheEndOfAStream_CutsThePeerOff", Data(YamuxFlags.Syn | YamuxFlags.Fin, 1), Data(YamuxFlags.None, 1, 1));
    }

    [TestCaseSource(nameof(Violations))]
    public async Task Violation_CutsThePeerOff_AndNobodyElse(byte[] frames, CancellationToken cancellationToken)
    {
        await using var scene = await AttackScene.StartAsync();
        scene.Victim.Handle(Hold, async (_, token) => await Task.Delay(Timeout.Infinite, token));
        await using var attacker = await ConnectAsync(scene.Victim);
        await attacker.TrySendAsync(frames, cancellationToken);
        await attacker.Ended.WaitAsync(cancellationToken);
        Assert.That(attacker.GoAway, Is.EqualTo((long)YamuxGoAwayCode.ProtocolError), "it is told why");
        await scene.AssertFriendIsServedAsync();
        scene.AssertMemoryGrewLessThan(mebibytes: 4);
    }

    [Test]
    public async Task TwentyThousandStreams_OnOneConnection_AreRefusedBeyondTheLimit_AndCutThePeerOff(CancellationToken cancellationToken)
    {
        const int Streams = 20_000;
        await using var scene = await AttackScene.StartAsync();
        await using var attacker = await ConnectAsync(scene.Victim);
        for (uint i = 0; i < Streams; i++)
        {
            if (!await attacker.TrySendAsync(Header(YamuxFrameType.WindowUpdate, YamuxFlags.Syn, (2 * i) + 1, 0), cancellationToken)) break;
            if (i % 5_000 == 0) await scene.AssertFriendIsServedAsync();
        }
        await attacker.Ended.WaitAsync(cancellationToken);
        Assert.That(attacker.Resets, Is.GreaterThanOrEqualTo(new YamuxOptions().WastedStreamBurst).And.LessThanOrEqualTo(Streams - new YamuxOptions().MaxInboundStreams));
        await scene.AssertFriendIsServedAsync();
        scene.AssertMemoryGrewLessThan(mebibytes: 8);
    }

    [Test]
    public async Task SilentStreams_AreResetAtTheirDeadline(CancellationToken cancellationToken)
    {
        const int Streams = 1_000;
        await using var scene = await AttackScene.StartAsync(new HostOptions { NegotiationTimeout = TimeSpan.FromMilliseconds(300) });
        await using var attacker = await ConnectAsync(scene.Victim);
        for (uint i = 0; i < Streams; i++) await attacker.TrySendAsync(Header(YamuxFrameType.WindowUpdate, YamuxFlags.Syn, (2 * i) + 1, 0), cancellationToken);
        await scene.AssertFriendIsServedAsync();
        await Task.WhenAll(Enumerable.Range(0, Streams).Select(i => attacker.ResetOf((2 * (uint)i) + 1))).WaitAsync(cancellationToken);
        await scene.AssertFriendIsServedAsync();
        scene.AssertMemoryGrewLessThan(mebibytes: 16);
    }

    [Test]
    public async Task RapidReset_OfTwentyThousandStreams_CutsThePeerOff_AndLeavesNothingBehind(CancellationToken cancellationToken)
    {
        await using var scene = await AttackScene.StartAsync();
        await using var attacker = await ConnectAsync(scene.Victim);
        for (uint i = 0; i < 20_000; i++)
        {
            var id = (2 * i) + 1;
            byte[] openAndReset = [.. Open(id, "/ipfs/ping/1.0.0", new byte[32]), .. Header(YamuxFrameType.WindowUpdate, YamuxFlags.Rst, id, 0)];
            if (!await attacker.TrySendAsync(openAndReset, cancellationToken)) break;
            if (i % 5_000 == 0) await scene.AssertFriendIsServedAsync();
        }
        await attacker.Ended.WaitAsync(cancellationToken);
        await scene.AssertFriendIsServedAsync();
        // The last streams that were handed out before the end are still on their way to find out.
        while (scene.Victim.Resources is { Peers: > 1 } or { Transient.Streams: > 0 }) await Task.Delay(1, cancellationToken);
        scene.AssertMemoryGrewLessThan(mebibytes: 8);
    }

    [Test]
    public async Task DataOnUnknownIds_IsDroppedWithoutMemory(CancellationToken cancellationToken)
    {
        await using var scene = await AttackScene.StartAsync();
        await using var attacker = await ConnectAsync(scene.Victim);
        var frame = Data(YamuxFlags.None, 0, new byte[64 * 1024]);
        for (uint i = 0; i < 512; i++)
        {
            // 32 MiB in all, twice what a connection may buffer.
            Header(YamuxFrameType.Data, YamuxFlags.None, (2 * i) + 1, 64 * 1024).CopyTo(frame, 0);
            Assert.That(await attacker.TrySendAsync(frame, cancellationToken), Is.True);
        }
        await attacker.SettleAsync(cancellationToken);
        await scene.AssertFriendIsServedAsync();
        scene.AssertMemoryGrewLessThan(mebibytes: 4);
    }

    [Test]
    public async Task FullWindows_OnStreamsNobodyReads_AreHeldToTheConnectionsBound(CancellationToken cancellationToken)
    {
        await using var scene = await AttackScene.StartAsync();
        scene.Victim.Handle(Hold, async (_, token) => await Task.Delay(Timeout.Infinite, token));
        await using var attacker = await ConnectAsync(scene.Victim);
        var fill = new byte[YamuxOptions.InitialWindowBytes - 1_024];
        for (uint i = 0; i < 100; i++)
        {
            var id = (2 * i) + 1;
            Assert.That(await attacker.TrySendAsync([.. Open(id, Hold), .. Data(YamuxFlags.None, id, fill)], cancellationToken), Is.True);
        }
        await attacker.SettleAsync(cancellationToken);
        // 25 MiB were sent against a bound of 16 MiB: the streams beyond it were reset.
        Assert.That(attacker.Resets, Is.GreaterThanOrEqualTo(30));
        await scene.AssertFriendIsServedAsync();
        scene.AssertMemoryGrewLessThan(mebibytes: 32);
    }

    [Test]
    public async Task PingFlood_WhoseAnswersAreNotRead_CutsThePeerOff(CancellationToken cancellationToken)
    {
        await using var scene = await AttackScene.StartAsync();
        await using var attacker = await ConnectAsync(scene.Victim, reads: false);
        var pings = Enumerable.Repeat(Header(YamuxFrameType.Ping, YamuxFlags.Syn, 0, 1), 5_000).SelectMany(bytes => bytes).ToArray();
        var sent = 0L;
        // The system's own buffers hold a few MiB of answers; far beyond them the connection must be closed.
        while (sent < 256L * 1024 * 1024 && await attacker.TrySendAsync(pings, cancellationToken))
        {
            sent += pings.Length;
            if (sent % (100L * pings.Length) == 0) await scene.AssertFriendIsServedAsync();
        }
        TestContext.Out.WriteLine($"cut off after {sent / 1048576.0:F1} MiB of pings");
        Assert.That(sent, Is.LessThan(256L * 1024 * 1024), "the attacker is cut off");
        await scene.AssertFriendIsServedAsync();
        scene.AssertMemoryGrewLessThan(mebibytes: 8);
    }

    [Test]
    public async Task PingFlood_WhoseAnswersAreRead_CutsThePeerOff(CancellationToken cancellationToken)
    {
        await using var scene = await AttackScene.StartAsync();
        await using var attacker = await ConnectAsync(scene.Victim);
        var pings = Enumerable.Repeat(Header(YamuxFrameType.Ping, YamuxFlags.Syn, 0, 1), 100).SelectMany(bytes => bytes).ToArray();
        var sent = 0;
        // Whoever asks faster than it reads is cut off, as above: this one keeps up.
        while (await attacker.TrySendAsync(pings, cancellationToken) && !attacker.Ended.IsCompleted)
        {
            sent += 100;
            while (attacker.PingAnswers < sent && !attacker.Ended.IsCompleted) await Task.Delay(1, cancellationToken);
        }
        Assert.That(attacker.PingAnswers, Is.GreaterThanOrEqualTo(new YamuxOptions().PingBurst), "an honest number is answered");
        await scene.AssertFriendIsServedAsync();
        scene.AssertMemoryGrewLessThan(mebibytes: 4);
    }
}
