using HyphaMarket.Libp2p.Muxing;
using static HyphaMarket.Libp2p.Tests.Muxing.YamuxSessionTests;

namespace HyphaMarket.Libp2p.Tests.Muxing;

/// <summary>A session that must ask for its memory and its streams.</summary>
[TestFixture]
public sealed class YamuxMemoryTests
{
    private const int Unasked = 16 * 1024;

    [Test]
    public void ReceivedBytes_AreAskedFor_AndGivenBackWhenTheyAreRead()
    {
        var resources = new Grants();
        var session = new YamuxSession(new YamuxOptions(), isDialler: false, TimeSpan.Zero, resources);
        var stream = Accept(session, 1, new byte[Unasked]);
        Assert.That(resources.Memory, Is.Zero, "a little is every connection's own");
        session.OnReceived(Frame(YamuxFrameType.Data, YamuxFlags.None, 1, new byte[100_000]), TimeSpan.Zero);
        Assert.That((resources.Memory, session.MemoryHeld), Is.EqualTo((128 * 1024, 128 * 1024)));
        while (stream.BufferedBytes > 0) session.BeginRead(stream, new byte[10_000], TimeSpan.Zero, out _);
        Assert.That((resources.Memory, session.MemoryHeld), Is.EqualTo((0, 0)));
    }

    [Test]
    public void ReceivedBytes_ForWhichThereIsNoMemory_ResetTheirStreamOnly()
    {
        var resources = new Grants { MemoryLimit = 64 * 1024 };
        var session = new YamuxSession(new YamuxOptions(), isDialler: false, TimeSpan.Zero, resources);
        var small = Accept(session, 1, new byte[1_000]);
        var large = Accept(session, 3, new byte[60_000]);
        session.OnReceived(Frame(YamuxFrameType.Data, YamuxFlags.None, 3, new byte[60_000]), TimeSpan.Zero);
        Assert.That((large.IsReset, small.IsReset, session.Violation, session.BufferedBytes), Is.EqualTo((true, false, (YamuxViolation?)null, 1_000)));
        Assert.That(resources.Memory, Is.Zero);
    }

    [Test]
    public void Window_ForWhichThereIsNoMemory_StaysAsItIs([Values] bool granted)
    {
        var resources = new Grants { RefusesWindows = !granted };
        var session = new YamuxSession(new YamuxOptions(), isDialler: false, TimeSpan.Zero, resources);
        var stream = Accept(session, 1, [1]);
        var now = TimeSpan.Zero;
        var buffer = new byte[128 * 1024];
        for (var i = 0; i < 8; i++)
        {
            now += TimeSpan.FromMilliseconds(1);
            session.BeginRead(stream, buffer, now, out _);
            session.OnReceived(Frame(YamuxFrameType.Data, YamuxFlags.None, 1, new byte[64 * 1024]), now);
            session.BeginRead(stream, buffer, now, out _);
            session.OnReceived(Frame(YamuxFrameType.Data, YamuxFlags.None, 1, new byte[64 * 1024]), now);
            // The first window update also measures the round trip.
            session.OnReceived(Header(YamuxFrameType.Ping, YamuxFlags.Ack, 0, 1), now);
            session.TakeOutput();
            session.OnOutputSent();
        }
        if (granted) Assert.That(stream.WindowLimit, Is.GreaterThan(YamuxOptions.InitialWindowBytes));
        else Assert.That(stream.WindowLimit, Is.EqualTo(YamuxOptions.InitialWindowBytes));
        session.Reset(stream);
        session.TakeOutput();
        session.OnOutputSent();
        Assert.That(resources.Memory, Is.Zero, "a window is given back with its stream");
    }

    [Test]
    public void Writer_ForWhomThereIsNoMemory_IsSlowedDown_AndNeverStopped()
    {
        var resources = new Grants { MemoryLimit = 0 };
        var session = new YamuxSession(new YamuxOptions(), isDialler: true, TimeSpan.Zero, resources);
        Assert.That(session.TryOpen(out var stream), Is.True);
        Assert.That(session.BeginWrite(stream!, new byte[200_000]), Is.EqualTo(YamuxOutcome.Pending));
        var sent = 0;
        while (session.HasOutput)
        {
            var output = session.TakeOutput().Length;
            Assert.That(output, Is.LessThanOrEqualTo(Unasked + YamuxHeader.Size), "one short frame at a time");
            sent += output - YamuxHeader.Size;
            session.OnOutputSent();
        }
        Assert.That(sent, Is.EqualTo(200_000));
        Assert.That(session.TryTake(out var happened) && happened.Kind == YamuxEventKind.WriteCompleted, Is.True);
    }

    [Test]
    public void StalledWriter_HoldsAsMuchAsItAskedFor_AndGivesItBackWhenItIsSent()
    {
        var resources = new Grants();
        var session = new YamuxSession(new YamuxOptions(), isDialler: true, TimeSpan.Zero, resources);
        session.TryOpen(out var stream);
        session.BeginWrite(stream!, new byte[YamuxOptions.InitialWindowBytes]);
        Assert.That(resources.Memory, Is.InRange(YamuxOptions.InitialWindowBytes - Unasked, YamuxOptions.InitialWindowBytes + (64 * 1024)));
        while (session.HasOutput)
        {
            session.TakeOutput();
            session.OnOutputSent();
        }
        Assert.That(resources.Memory, Is.Zero);
    }

    [Test]
    public void Stream_ThatIsRefused_IsResetWithoutAnyMemory_AndOneThatWasKeptIsTheDriversToGiveBack()
    {
        var resources = new Grants { StreamLimit = 1 };
        var session = new YamuxSession(new YamuxOptions(), isDialler: false, TimeSpan.Zero, resources);
        var kept = Accept(session, 1, [1]);
        session.OnReceived(Frame(YamuxFrameType.Data, YamuxFlags.Syn, 3, [1]), TimeSpan.Zero);
        Assert.That((session.StreamCount, session.BufferedBytes), Is.EqualTo((1, 1)));
        Assert.That(session.TakeOutput().ToArray(), Is.EqualTo(Header(YamuxFrameType.WindowUpdate, YamuxFlags.Rst, 3, 0)));
        session.Reset(kept);
        Assert.That(resources.Streams, Is.EqualTo(1));
    }

    [Test]
    public void ReservationOfAStreamWeOpened_IsGivenBackWhenTheStreamHasLeftTheSession()
    {
        var pair = new YamuxPair();
        var (ours, theirs) = pair.Open();
        var resources = new Grants();
        Assert.That(pair.Dialler.TryHoldUntilRemoved(ours, ((IMuxerResources)resources).TryAcceptStream()!), Is.True);
        pair.Dialler.Release(ours, TimeSpan.Zero);
        pair.Settle();
        Assert.That(resources.Streams, Is.EqualTo(1), "the peer has not finished");
        pair.Listener.CloseWrite(theirs);
        pair.Settle();
        Assert.That(resources.Streams, Is.Zero);
        Assert.That(pair.Dialler.TryHoldUntilRemoved(ours, ((IMuxerResources)resources).TryAcceptStream()!), Is.False);
    }

    private static YamuxStreamState Accept(YamuxSession session, uint id, byte[] bytes)
    {
        session.OnReceived(Frame(YamuxFrameType.Data, YamuxFlags.Syn, id, bytes), TimeSpan.Zero);
        Assert.That(session.TryTake(out var happened) && happened.Kind == YamuxEventKind.StreamOpened, Is.True);
        return happened.Stream!;
    }

    private sealed class Grants : IMuxerResources
    {
        public int MemoryLimit { get; init; } = int.MaxValue;

        public bool RefusesWindows { get; init; }

        public int StreamLimit { get; init; } = int.MaxValue;

        public int Memory { get; private set; }

        public int Streams { get; private set; }

        public IDisposable? TryAcceptStream()
        {
            if (Streams >= StreamLimit) return null;
            Streams++;
            return new Grant(this);
        }

        public bool TryReserveMemory(int bytes, bool urgent)
        {
            Assert.That(bytes, Is.GreaterThan(0));
            if (Memory + bytes > MemoryLimit || (RefusesWindows && !urgent)) return false;
            Memory += bytes;
            return true;
        }

        public void ReleaseMemory(int bytes)
        {
            Memory -= bytes;
            Assert.That(Memory, Is.GreaterThanOrEqualTo(0));
        }

        private sealed class Grant(Grants grants) : IDisposable
        {
            public void Dispose() => grants.Streams--;
        }
    }
}
