using HyphaMarket.Libp2p.Muxing;
using static HyphaMarket.Libp2p.Tests.Muxing.YamuxSessionTests;

namespace HyphaMarket.Libp2p.Tests.Muxing;

[TestFixture]
public sealed class YamuxViolationTests
{
    public static IEnumerable<TestCaseData> Violations()
    {
        TestCaseData Case(string name, params byte[][] frames) => new TestCaseData(new object[] { frames.SelectMany(bytes => bytes).ToArray() }).SetName(name);
        yield return Case("Version_OtherThanZero_EndsTheSession", Header(YamuxFrameType.Data, YamuxFlags.Syn, 1, 0, version: 1));
        yield return Case("Type_Unknown_EndsTheSession", Header((YamuxFrameType)9, YamuxFlags.None, 1, 0));
        yield return Case("Data_OnTheSessionItself_EndsTheSession", Header(YamuxFrameType.Data, YamuxFlags.None, 0, 4));
        yield return Case("Ping_OnAStream_EndsTheSession", Header(YamuxFrameType.Ping, YamuxFlags.Syn, 1, 4));
        yield return Case("GoAway_OnAStream_EndsTheSession", Header(YamuxFrameType.GoAway, YamuxFlags.None, 1, 0));
        yield return Case("Syn_WithOurParity_EndsTheSession", Header(YamuxFrameType.Data, YamuxFlags.Syn, 2, 0));
        yield return Case("Syn_OfAnOpenStream_EndsTheSession", Header(YamuxFrameType.Data, YamuxFlags.Syn, 1, 0), Header(YamuxFrameType.Data, YamuxFlags.Syn, 1, 0));
        yield return Case("Data_BeyondTheWindow_EndsTheSession", Header(YamuxFrameType.Data, YamuxFlags.Syn, 1, YamuxOptions.InitialWindowBytes + 1));
        yield return Case("Data_OfOneGibibyteForNoStream_EndsTheSession", Header(YamuxFrameType.Data, YamuxFlags.None, 5, 1 << 30));
        yield return Case("Data_AfterTheEnd_EndsTheSession", Header(YamuxFrameType.Data, YamuxFlags.Syn | YamuxFlags.Fin, 1, 0), Header(YamuxFrameType.Data, YamuxFlags.None, 1, 1));
        yield return Case("WindowUpdate_BeyondThirtyTwoBits_EndsTheSession", Header(YamuxFrameType.WindowUpdate, YamuxFlags.Syn, 1, uint.MaxValue));
        yield return Case("Garbage_EndsTheSession", "GET / HTTP/1.1\r\nHost: x\r\n\r\n"u8.ToArray());
    }

    [TestCaseSource(nameof(Violations))]
    public void Violation_EndsTheSession(byte[] bytes)
    {
        var session = new YamuxSession(new YamuxOptions(), isDialler: false, TimeSpan.Zero);
        session.OnReceived(bytes, TimeSpan.Zero);
        Assert.That(session.Violation?.Code, Is.EqualTo(YamuxGoAwayCode.ProtocolError));
        Assert.That(session.TakeOutput().Span[^12..].ToArray(), Is.EqualTo(Header(YamuxFrameType.GoAway, YamuxFlags.None, 0, 1)), "the peer is told");
        var streams = session.StreamCount;
        session.OnReceived(Header(YamuxFrameType.Data, YamuxFlags.Syn, 101, 0), TimeSpan.Zero);
        Assert.That(session.StreamCount, Is.EqualTo(streams), "nothing is accepted any more");
    }

    [Test]
    public void Data_InPieces_IsHeldToTheWindowAsAWhole()
    {
        var session = new YamuxSession(new YamuxOptions(), isDialler: false, TimeSpan.Zero);
        session.OnReceived(Frame(YamuxFrameType.Data, YamuxFlags.Syn, 1, new byte[200_000]), TimeSpan.Zero);
        Assert.That(session.Violation, Is.Null);
        session.OnReceived(Header(YamuxFrameType.Data, YamuxFlags.None, 1, YamuxOptions.InitialWindowBytes - 200_000 + 1), TimeSpan.Zero);
        Assert.That(session.Violation?.Code, Is.EqualTo(YamuxGoAwayCode.ProtocolError));
    }

    [Test]
    public void Frames_OfAStreamThatIsGone_AreSkipped()
    {
        var session = new YamuxSession(new YamuxOptions(), isDialler: false, TimeSpan.Zero);
        session.OnReceived(
            [.. Frame(YamuxFrameType.Data, YamuxFlags.None, 7, new byte[1000]), .. Header(YamuxFrameType.WindowUpdate, YamuxFlags.Rst, 9, 0), .. Frame(YamuxFrameType.Data, YamuxFlags.Syn, 11, [1])],
            TimeSpan.Zero);
        Assert.That(session.Violation, Is.Null);
        Assert.That((session.StreamCount, session.BufferedBytes), Is.EqualTo((1, 1)));
    }
}
