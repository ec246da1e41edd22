using HyphaMarket.Libp2p.Muxing;
using static HyphaMarket.Libp2p.Tests.Muxing.YamuxSessionTests;

namespace HyphaMarket.Libp2p.Tests.Muxing;

[TestFixture]
public sealed class YamuxLimitTests
{
    [Test]
    public void Stream_BeyondTheLimit_IsRefusedWithTwelveBytesAndNoMemory()
    {
        var session = new YamuxSession(new YamuxOptions { MaxInboundStreams = 2 }, isDialler: false, TimeSpan.Zero);
        for (uint id = 1; id <= 7; id += 2) session.OnReceived(Frame(YamuxFrameType.Data, YamuxFlags.Syn, id, [1]), TimeSpan.Zero);
        Assert.That((session.InboundStreams, session.BufferedBytes), Is.EqualTo((2, 2)));
        Assert.That(
            session.TakeOutput().ToArray(),
            Is.EqualTo((byte[])[.. Header(YamuxFrameType.WindowUpdate, YamuxFlags.Rst, 5, 0), .. Header(YamuxFrameType.WindowUpdate, YamuxFlags.Rst, 7, 0)]));
    }

    [Test]
    public void AckBacklog_HoldsOpenersBack_UntilThePeerAnswers()
    {
        var pair = new YamuxPair(new YamuxOptions { AckBacklog = 2 });
        var (_, theirs) = pair.Open();
        Assert.That(pair.Dialler.TryOpen(out _), Is.True);
        Assert.That(pair.Dialler.TryOpen(out _), Is.False);
        pair.Listener.BeginWrite(theirs, new byte[] { 1 });
        pair.Settle();
        Assert.That(pair.DiallerEvents.Select(happened => happened.Kind), Does.Contain(YamuxEventKind.OpenAllowed));
        Assert.That(pair.Dialler.TryOpen(out _), Is.True);
    }

    [Test]
    public void OutboundLimit_HoldsOpenersBack_UntilAStreamEnds()
    {
        var pair = new YamuxPair(new YamuxOptions { MaxOutboundStreams = 1 });
        var (ours, _) = pair.Open();
        Assert.That(pair.Dialler.TryOpen(out _), Is.False);
        pair.Dialler.Reset(ours);
        pair.Settle();
        Assert.That(pair.DiallerEvents.Select(happened => happened.Kind), Does.Contain(YamuxEventKind.OpenAllowed));
        Assert.That(pair.Dialler.TryOpen(out _), Is.True);
    }

    [Test]
    public void BufferedBytes_OverAllStreams_AreBounded_AndTheStreamThatExceedsIsReset()
    {
        var session = new YamuxSession(new YamuxOptions { MaxBufferedBytes = YamuxOptions.InitialWindowBytes }, isDialler: false, TimeSpan.Zero);
        for (uint id = 1; id <= 9; id += 2) session.OnReceived(Frame(YamuxFrameType.Data, YamuxFlags.Syn, id, new byte[100_000]), TimeSpan.Zero);
        Assert.That(session.Violation, Is.Null);
        Assert.That(session.BufferedBytes, Is.EqualTo(200_000));
        Assert.That(session.StreamCount, Is.EqualTo(2));
    }

    [Test]
    public void PingFlood_ThatThePeerDoesNotReadAnswersOf_EndsTheSession()
    {
        var options = new YamuxOptions { OutputBufferBytes = 4096, MaxFrameBytes = 4096, MaxControlBacklogBytes = 4096 };
        var session = new YamuxSession(options, isDialler: false, TimeSpan.Zero);
        var ping = Header(YamuxFrameType.Ping, YamuxFlags.Syn, 0, 1);
        var sent = 0;
        while (session.Violation is null && sent < 10_000)
        {
            session.OnReceived(ping, TimeSpan.Zero);
            sent++;
        }
        Assert.That(session.Violation?.Code, Is.EqualTo(YamuxGoAwayCode.InternalError));
        Assert.That(sent * YamuxHeader.Size, Is.LessThanOrEqualTo(4096 * 3 + YamuxHeader.Size));
    }

    [Test]
    public void ReleasedStream_WhosePeerKeepsSending_IsReset()
    {
        var pair = new YamuxPair(new YamuxOptions { CloseLingerBytes = 1000 });
        var (ours, theirs) = pair.Open();
        pair.Listener.Release(theirs, pair.Now);
        pair.Dialler.BeginWrite(ours, new byte[1000]);
        pair.Settle();
        Assert.That(pair.Listener.StreamCount, Is.EqualTo(1), "it lingers");
        pair.Dialler.BeginWrite(ours, new byte[1]);
        pair.Settle();
        Assert.That((pair.Listener.StreamCount, pair.Dialler.StreamCount, pair.Listener.BufferedBytes), Is.EqualTo((0, 0, 0)));
        Assert.That(ours.IsReset, Is.True);
    }

    [Test]
    public void ManyWriters_TakeTurns_FrameByFrame()
    {
        var options = new YamuxOptions { OutputBufferBytes = 4000, MaxFrameBytes = 1000 };
        var session = new YamuxSession(options, isDialler: true, TimeSpan.Zero);
        for (var i = 0; i < 4; i++)
        {
            session.TryOpen(out var stream);
            session.BeginWrite(stream!, new byte[10_000]);
        }
        session.TakeOutput();
        session.OnOutputSent();
        var ids = new List<uint>();
        var output = session.TakeOutput();
        while (!output.IsEmpty)
        {
            var header = YamuxHeader.Read(output.Span);
            ids.Add(header.StreamId);
            output = output[(YamuxHeader.Size + (int)header.Length)..];
        }
        Assert.That(ids.Take(4), Is.EquivalentTo(new uint[] { 1, 3, 5, 7 }));
    }

    [Test]
    public void Options_OutOfRange_AreRefused()
    {
        Assert.That(() => new YamuxOptions { AckBacklog = 0 }.Validate(), Throws.TypeOf<ArgumentOutOfRangeException>());
        Assert.That(() => new YamuxOptions { MaxFrameBytes = YamuxOptions.InitialWindowBytes + 1 }.Validate(), Throws.TypeOf<ArgumentOutOfRangeException>());
        Assert.That(() => new YamuxOptions().Validate(), Throws.Nothing);
    }
}
