using System.Security.Cryptography;
using HyphaMarket.Libp2p.Muxing;

namespace HyphaMarket.Libp2p.Tests.Muxing;

[TestFixture]
public sealed class YamuxSessionTests
{
    [Test]
    public void FirstFrame_OfAStream_CarriesSynAndAnOddIdForTheDialler()
    {
        var session = NewSession(isDialler: true);
        session.TryOpen(out var stream);
        Assert.That(session.HasOutput, Is.False, "a stream that nobody used is not announced");
        session.BeginWrite(stream!, new byte[] { 1, 2, 3 });
        Assert.That(Convert.ToHexString(session.TakeOutput().Span), Is.EqualTo("000000010000000100000003010203"));
    }

    [Test]
    public void FirstFrame_OfTheListener_HasAnEvenId()
    {
        var session = NewSession(isDialler: false);
        session.TryOpen(out var stream);
        session.BeginWrite(stream!, new byte[] { 9 });
        Assert.That(Convert.ToHexString(session.TakeOutput().Span), Is.EqualTo("00000001000000020000000109"));
    }

    [Test]
    public void Reader_OfANewStream_AnnouncesItWithAWindowUpdate()
    {
        var session = NewSession(isDialler: true);
        session.TryOpen(out var stream);
        Assert.That(session.BeginRead(stream!, new byte[8], TimeSpan.Zero, out _), Is.EqualTo(YamuxOutcome.Pending));
        Assert.That(Convert.ToHexString(session.TakeOutput().Span), Is.EqualTo("000100010000000100000000"));
    }

    [Test]
    public void FirstFrame_OfTheAnswer_CarriesAck()
    {
        var pair = new YamuxPair();
        var (_, theirs) = pair.Open();
        pair.Listener.BeginWrite(theirs, new byte[] { 7 });
        Assert.That(Convert.ToHexString(pair.Listener.TakeOutput().Span), Is.EqualTo("00000002000000010000000107"));
    }

    [Test]
    public void Bytes_CutAtEveryBoundary_ArriveTheSame()
    {
        byte[] wire =
        [
            .. Frame(YamuxFrameType.Data, YamuxFlags.Syn, 1, [1, 2, 3, 4, 5]),
            .. Header(YamuxFrameType.Ping, YamuxFlags.Syn, 0, 77),
            .. Frame(YamuxFrameType.Data, YamuxFlags.Fin, 1, [6, 7]),
        ];
        for (var cut = 1; cut < wire.Length; cut++)
        {
            var session = NewSession(isDialler: false);
            session.OnReceived(wire.AsSpan(0, cut), TimeSpan.Zero);
            session.OnReceived(wire.AsSpan(cut), TimeSpan.Zero);

            Assert.That(session.Violation, Is.Null);
            Assert.That(session.TryTake(out var opened) && opened.Kind == YamuxEventKind.StreamOpened, Is.True);
            var target = new byte[16];
            Assert.That(session.BeginRead(opened.Stream!, target, TimeSpan.Zero, out var count), Is.EqualTo(YamuxOutcome.Done));
            Assert.That(target.AsSpan(0, count).ToArray(), Is.EqualTo(new byte[] { 1, 2, 3, 4, 5, 6, 7 }), $"cut at {cut}");
            Assert.That(session.BeginRead(opened.Stream!, target, TimeSpan.Zero, out count), Is.EqualTo(YamuxOutcome.Done));
            Assert.That(count, Is.Zero, "the end");
            Assert.That(Convert.ToHexString(session.TakeOutput().Span), Is.EqualTo("00020002000000000000004D"), "the ping is answered with its value");
        }
    }

    [Test]
    public void HalfClose_LetsTheOtherDirectionGoOn_ThenFreesTheStream()
    {
        var pair = new YamuxPair();
        var (ours, theirs) = pair.Open();
        pair.Dialler.CloseWrite(ours);
        pair.Settle();
        Assert.That(pair.Listener.BeginRead(theirs, new byte[1], pair.Now, out var end), Is.EqualTo(YamuxOutcome.Done));
        Assert.That(end, Is.Zero);
        Assert.That(pair.Listener.BeginWrite(theirs, new byte[] { 42 }), Is.EqualTo(YamuxOutcome.Done));
        pair.Listener.CloseWrite(theirs);
        pair.Settle();

        var target = new byte[4];
        Assert.That(pair.Dialler.BeginRead(ours, target, pair.Now, out var count), Is.EqualTo(YamuxOutcome.Done));
        Assert.That((count, target[0]), Is.EqualTo((1, (byte)42)));
        Assert.That((pair.Dialler.StreamCount, pair.Listener.StreamCount), Is.EqualTo((0, 0)));
    }

    [Test]
    public void Reset_FailsThePendingReadAndWriteOfThePeer()
    {
        var pair = new YamuxPair();
        var (ours, theirs) = pair.Open();
        pair.Listener.BeginRead(theirs, new byte[4], pair.Now, out _);
        Assert.That(pair.Listener.BeginWrite(theirs, new byte[YamuxOptions.InitialWindowBytes + 1]), Is.EqualTo(YamuxOutcome.Pending));
        pair.Settle();
        pair.ListenerEvents.Clear();
        pair.Dialler.Reset(ours);
        pair.Settle();

        Assert.That(pair.ListenerEvents.Select(happened => happened.Kind), Is.EquivalentTo(new[] { YamuxEventKind.ReadFailed, YamuxEventKind.WriteFailed }));
        Assert.That(pair.Listener.BeginRead(theirs, new byte[1], pair.Now, out _), Is.EqualTo(YamuxOutcome.Failed));
        Assert.That((pair.Dialler.StreamCount, pair.Listener.StreamCount), Is.EqualTo((0, 0)));
        Assert.That(pair.Dialler.BufferedBytes, Is.Zero, "the bytes of a reset stream are freed");
    }

    [Test]
    public void Reset_AfterTheEnd_DoesNotLoseWhatCameBeforeIt()
    {
        var pair = new YamuxPair();
        var (ours, theirs) = pair.Open();
        pair.Listener.BeginWrite(theirs, new byte[] { 1, 2, 3 });
        pair.Listener.CloseWrite(theirs);
        pair.Listener.Reset(theirs);
        pair.Settle();

        var target = new byte[8];
        Assert.That(pair.Dialler.BeginRead(ours, target, pair.Now, out var count), Is.EqualTo(YamuxOutcome.Done));
        Assert.That(count, Is.EqualTo(3));
        Assert.That(pair.Dialler.BeginWrite(ours, new byte[1]), Is.EqualTo(YamuxOutcome.Failed));
    }

    [Test]
    public void CancelledRead_LosesNoByte()
    {
        var pair = new YamuxPair();
        var (ours, theirs) = pair.Open();
        Assert.That(pair.Listener.BeginRead(theirs, new byte[8], pair.Now, out _), Is.EqualTo(YamuxOutcome.Pending));
        Assert.That(pair.Listener.CancelRead(theirs), Is.True);
        pair.Dialler.BeginWrite(ours, new byte[] { 1, 2, 3 });
        pair.Settle();
        var target = new byte[8];
        Assert.That(pair.Listener.BeginRead(theirs, target, pair.Now, out var count), Is.EqualTo(YamuxOutcome.Done));
        Assert.That(target.AsSpan(0, count).ToArray(), Is.EqualTo(new byte[] { 1, 2, 3 }));
    }

    [Test]
    public void IdUsedAgain_AfterItsStreamEnded_DoesNotTouchTheNewStream()
    {
        var session = NewSession(isDialler: false);
        session.OnReceived(Frame(YamuxFrameType.Data, YamuxFlags.Syn, 1, [1]), TimeSpan.Zero);
        session.TryTake(out var first);
        session.OnReceived(Header(YamuxFrameType.WindowUpdate, YamuxFlags.Rst, 1, 0), TimeSpan.Zero);
        session.OnReceived(Frame(YamuxFrameType.Data, YamuxFlags.Syn, 1, [2]), TimeSpan.Zero);
        session.Reset(first.Stream!);
        session.Release(first.Stream!, TimeSpan.Zero);
        Assert.That((session.StreamCount, session.InboundStreams, session.BufferedBytes, session.HasOutput), Is.EqualTo((1, 1, 1, false)));
    }

    [Test]
    public void GoAway_StopsNewStreams_AndLetsOpenOnesFinish()
    {
        var pair = new YamuxPair();
        var (ours, theirs) = pair.Open();
        pair.Listener.GoAway(YamuxGoAwayCode.NormalTermination);
        pair.Settle();
        Assert.That(pair.Dialler.CanOpen, Is.False);
        Assert.That(pair.Dialler.TryOpen(out _), Is.False);
        Assert.That(pair.Dialler.BeginWrite(ours, new byte[] { 5 }), Is.EqualTo(YamuxOutcome.Done));
        pair.Settle();
        Assert.That(pair.Listener.BeginRead(theirs, new byte[8], pair.Now, out var count), Is.EqualTo(YamuxOutcome.Done));
        Assert.That(count, Is.EqualTo(1));
    }

    [Test]
    public void Transfer_LargerThanTheWindow_ArrivesWhole()
    {
        var pair = new YamuxPair();
        var (ours, theirs) = pair.Open();
        var sent = new byte[3 * YamuxOptions.InitialWindowBytes + 17];
        new Random(7).NextBytes(sent);
        Assert.That(pair.Dialler.BeginWrite(ours, sent), Is.EqualTo(YamuxOutcome.Pending));
        var received = new byte[sent.Length];
        var filled = 0;
        while (filled < sent.Length)
        {
            pair.Settle();
            Assert.That(pair.Listener.BufferedBytes, Is.LessThanOrEqualTo(YamuxOptions.InitialWindowBytes));
            Assert.That(pair.Listener.BeginRead(theirs, received.AsMemory(filled, Math.Min(10_000, received.Length - filled)), pair.Now, out var count), Is.EqualTo(YamuxOutcome.Done));
            filled += count;
        }
        Assert.That(SHA256.HashData(received), Is.EqualTo(SHA256.HashData(sent)));
        Assert.That(pair.DiallerEvents.Count(happened => happened.Kind == YamuxEventKind.WriteCompleted), Is.EqualTo(1));
    }

    [Test]
    public void Window_IsCreditedForDeliveredBytesOnly()
    {
        var pair = new YamuxPair();
        var (ours, theirs) = pair.Open();
        pair.Dialler.BeginWrite(ours, new byte[YamuxOptions.InitialWindowBytes]);
        pair.Settle();
        Assert.That(ours.SendWindow, Is.Zero, "nothing was read but the first byte, so nothing is credited");
        pair.Listener.BeginRead(theirs, new byte[YamuxOptions.InitialWindowBytes / 2], pair.Now, out _);
        pair.Settle();
        // The byte that opened the stream was delivered and is credited with the rest of the first half.
        Assert.That(theirs.ReceiveWindow + theirs.BufferedBytes, Is.LessThanOrEqualTo(YamuxOptions.InitialWindowBytes));
        Assert.That(ours.SendWindow, Is.EqualTo((YamuxOptions.InitialWindowBytes / 2) + 1 - 1));
    }

    private static YamuxSession NewSession(bool isDialler) => new(new YamuxOptions(), isDialler, TimeSpan.Zero);

    internal static byte[] Header(YamuxFrameType type, YamuxFlags flags, uint id, uint length, byte version = 0)
    {
        var bytes = new byte[YamuxHeader.Size];
        new YamuxHeader(version, type, flags, id, length).Write(bytes);
        return bytes;
    }

    internal static byte[] Frame(YamuxFrameType type, YamuxFlags flags, uint id, byte[] payload) => [.. Header(type, flags, id, (uint)payload.Length), .. payload];
}
