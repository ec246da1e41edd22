using HyphaMarket.Libp2p.Muxing;
using static HyphaMarket.Libp2p.Tests.Muxing.YamuxSessionTests;

namespace HyphaMarket.Libp2p.Tests.Muxing;

/// <summary>What a peer may do only so often, though each time it is allowed.</summary>
[TestFixture]
public sealed class YamuxBudgetTests
{
    private static readonly YamuxOptions s_options = new() { PingBurst = 10, PingsPerSecond = 2, WastedStreamBurst = 10, WastedStreamsPerSecond = 2, MaxInboundStreams = 4 };
    private static readonly TimeSpan s_second = TimeSpan.FromSeconds(1);

    [Test]
    public void Pings_BeyondTheBurst_EndTheSession_AndComeBackAtTheirRate()
    {
        var session = new YamuxSession(s_options, isDialler: false, TimeSpan.Zero);
        Ping(session, 10, TimeSpan.Zero);
        for (var second = 1; second <= 1_000; second++) Ping(session, 2, second * s_second);
        Assert.That(session.Violation, Is.Null);
        Ping(session, 1, 1_000 * s_second);
        Assert.That(session.Violation?.Code, Is.EqualTo(YamuxGoAwayCode.InternalError));
    }

    [Test]
    public void Streams_ResetBeforeOurFirstWord_EndTheSessionBeyondTheBurst()
    {
        var session = new YamuxSession(s_options, isDialler: false, TimeSpan.Zero);
        for (uint i = 0; i < 10; i++) OpenAndReset(session, (2 * i) + 1);
        Assert.That(session.Violation, Is.Null);
        OpenAndReset(session, 101);
        Assert.That(session.Violation?.Code, Is.EqualTo(YamuxGoAwayCode.InternalError));
    }

    [Test]
    public void Streams_BeyondTheLimit_EndTheSessionBeyondTheBurst()
    {
        var session = new YamuxSession(s_options, isDialler: false, TimeSpan.Zero);
        for (uint i = 0; i < 4 + 10; i++) session.OnReceived(Frame(YamuxFrameType.Data, YamuxFlags.Syn, (2 * i) + 1, [1]), TimeSpan.Zero);
        Assert.That(session.Violation, Is.Null);
        session.OnReceived(Frame(YamuxFrameType.Data, YamuxFlags.Syn, 101, [1]), TimeSpan.Zero);
        Assert.That(session.Violation?.Code, Is.EqualTo(YamuxGoAwayCode.InternalError));
    }

    [Test]
    public void Streams_ThatWereAnswered_CostNothing_HoweverManyAndHoweverTheyEnd()
    {
        var session = new YamuxSession(s_options, isDialler: false, TimeSpan.Zero);
        for (uint i = 0; i < 1_000; i++)
        {
            var id = (2 * i) + 1;
            session.OnReceived(Frame(YamuxFrameType.Data, YamuxFlags.Syn, id, [1]), TimeSpan.Zero);
            YamuxEvent happened;
            while (session.TryTake(out happened) && happened.Kind != YamuxEventKind.StreamOpened)
            {
            }
            Assert.That(session.BeginWrite(happened.Stream!, new byte[] { 1 }), Is.EqualTo(YamuxOutcome.Done));
            session.OnReceived(Header(YamuxFrameType.WindowUpdate, YamuxFlags.Rst, id, 0), TimeSpan.Zero);
            session.TakeOutput();
            session.OnOutputSent();
        }
        Assert.That((session.Violation, session.StreamCount), Is.EqualTo(((YamuxViolation?)null, 0)));
    }

    private static void Ping(YamuxSession session, int count, TimeSpan now)
    {
        for (var i = 0; i < count; i++) session.OnReceived(Header(YamuxFrameType.Ping, YamuxFlags.Syn, 0, 1), now);
    }

    private static void OpenAndReset(YamuxSession session, uint id)
    {
        session.OnReceived(Frame(YamuxFrameType.Data, YamuxFlags.Syn, id, [1]), TimeSpan.Zero);
        session.OnReceived(Header(YamuxFrameType.WindowUpdate, YamuxFlags.Rst, id, 0), TimeSpan.Zero);
    }
}
