using HyphaMarket.Libp2p.Muxing;

namespace HyphaMarket.Libp2p.Tests.Muxing;

[TestFixture]
public sealed class YamuxTimerTests
{
    private static readonly YamuxOptions Options = new();

    [Test]
    public void SilentPeer_IsAsked_AndLivesOnWhenItAnswers()
    {
        var pair = new YamuxPair { Now = Options.KeepAliveInterval };
        Assert.That(pair.Dialler.NextTimer, Is.EqualTo(pair.Now));
        pair.Dialler.OnTimer(pair.Now);
        pair.Settle();
        Assert.That(pair.Dialler.RoundTrip, Is.EqualTo(TimeSpan.Zero));
        Assert.That(pair.Dialler.NextTimer, Is.EqualTo(pair.Now + Options.KeepAliveInterval));
    }

    [Test]
    public void DeadPeer_EndsTheSession_AfterTheTimeout()
    {
        var session = new YamuxSession(Options, isDialler: true, TimeSpan.Zero);
        session.OnTimer(Options.KeepAliveInterval);
        session.OnTimer(Options.KeepAliveInterval + Options.KeepAliveTimeout - TimeSpan.FromTicks(1));
        Assert.That(session.Violation, Is.Null);
        session.OnTimer(Options.KeepAliveInterval + Options.KeepAliveTimeout);
        Assert.That(session.Violation?.Code, Is.EqualTo(YamuxGoAwayCode.InternalError));
    }

    [Test]
    public void LingeringStream_IsReset_WhenThePeerNeverFinishes()
    {
        var pair = new YamuxPair();
        var (ours, theirs) = pair.Open();
        pair.Listener.Release(theirs, pair.Now);
        pair.Settle();
        Assert.That(ours.ReadFinished, Is.True, "the peer sees a clean end first");
        pair.Now = Options.CloseLinger;
        pair.Listener.OnTimer(pair.Now);
        pair.Settle();
        Assert.That((pair.Listener.StreamCount, pair.Dialler.StreamCount), Is.EqualTo((0, 0)));
    }

    [Test]
    public void Window_OfAFastReader_GrowsWithinItsBound()
    {
        var pair = new YamuxPair();
        var (ours, theirs) = pair.Open();
        var target = new byte[YamuxOptions.InitialWindowBytes];
        for (var round = 0; round < 40; round++)
        {
            if (!ours.WritePending) pair.Dialler.BeginWrite(ours, new byte[8 * YamuxOptions.InitialWindowBytes]);
            pair.Settle();
            pair.Now += TimeSpan.FromTicks(10);
            while (theirs.BufferedBytes > 0) pair.Listener.BeginRead(theirs, target, pair.Now, out _);
        }
        TestContext.Out.WriteLine($"the window grew to {theirs.WindowLimit} bytes");
        Assert.That(theirs.WindowLimit, Is.GreaterThan(YamuxOptions.InitialWindowBytes));
        Assert.That(theirs.WindowLimit, Is.LessThanOrEqualTo(YamuxOptions.InitialWindowBytes + (Options.MaxBufferedBytes / 2)));
        Assert.That(pair.Listener.Violation, Is.Null);
    }

    [Test]
    public void Window_OfASlowReader_DoesNotGrow()
    {
        var pair = new YamuxPair();
        var (ours, theirs) = pair.Open();
        var target = new byte[YamuxOptions.InitialWindowBytes];
        for (var round = 0; round < 20; round++)
        {
            if (!ours.WritePending) pair.Dialler.BeginWrite(ours, new byte[8 * YamuxOptions.InitialWindowBytes]);
            pair.Settle();
            pair.Now += TimeSpan.FromMilliseconds(500);
            while (theirs.BufferedBytes > 0) pair.Listener.BeginRead(theirs, target, pair.Now, out _);
        }
        Assert.That(theirs.WindowLimit, Is.EqualTo(YamuxOptions.InitialWindowBytes));
    }
}
