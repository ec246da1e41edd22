using HyphaMarket.Libp2p.Identity;
using HyphaMarket.Libp2p.Resources;

namespace HyphaMarket.Libp2p.Tests.Resources;

[TestFixture]
public sealed class PeerValuesTests
{
    private static readonly TimeSpan s_minute = TimeSpan.FromMinutes(1);

    [Test]
    public void Weights_AddUp_AndALaterOneReplacesTheEarlier()
    {
        var (values, peer) = (new PeerValues(10), NewPeer());
        Assert.That(values.ValueOf(peer, default), Is.Zero, "a stranger");
        values.Tag(peer, "kad", 5, null, default);
        values.Tag(peer, "gossip", 20, null, default);
        values.Tag(peer, "kad", 7, null, default);
        Assert.That(values.ValueOf(peer, s_minute), Is.EqualTo(27));
        values.Untag(peer, "gossip");
        values.Untag(peer, "none");
        Assert.That(values.ValueOf(peer, s_minute), Is.EqualTo(7));
    }

    [Test]
    public void DecayingWeight_IsHalfAfterItsHalfLife()
    {
        var (values, peer) = (new PeerValues(10), NewPeer());
        values.Tag(peer, "served", 80, s_minute, s_minute);
        Assert.That(values.ValueOf(peer, s_minute), Is.EqualTo(80).Within(1e-9));
        Assert.That(values.ValueOf(peer, 2 * s_minute), Is.EqualTo(40).Within(1e-9));
        Assert.That(values.ValueOf(peer, 4 * s_minute), Is.EqualTo(10).Within(1e-9));
    }

    [Test]
    public void Protection_LastsUntilTheLastTagOfItIsTakenAway()
    {
        var (values, peer) = (new PeerValues(10), NewPeer());
        values.Protect(peer, "broker", default);
        values.Protect(peer, "relay", default);
        Assert.That(values.ValueOf(peer, default), Is.EqualTo(double.PositiveInfinity));
        Assert.That((values.Unprotect(peer, "broker"), values.ValueOf(peer, default)), Is.EqualTo((true, double.PositiveInfinity)));
        Assert.That((values.Unprotect(peer, "relay"), values.ValueOf(peer, default)), Is.EqualTo((false, 0.0)));
    }

    [Test]
    public void FullMemory_ForgetsTheLeastValued_AndNobodyProtected()
    {
        var values = new PeerValues(3);
        var (good, poor, safe, late) = (NewPeer(), NewPeer(), NewPeer(), NewPeer());
        values.Tag(good, "a", 10, null, default);
        values.Tag(poor, "a", 1, null, default);
        values.Protect(safe, "a", default);
        values.Tag(late, "a", 5, null, default);
        Assert.That(new[] { good, poor, safe, late }.Select(peer => values.ValueOf(peer, default)), Is.EqualTo(new[] { 10, 0, double.PositiveInfinity, 5 }));
    }

    [Test]
    public void Tags_OfOnePeer_AreBounded()
    {
        var (values, peer) = (new PeerValues(10), NewPeer());
        for (var i = 0; i < PeerValues.MaxTags; i++) values.Tag(peer, $"{i}", 1, null, default);
        Assert.That(() => values.Tag(peer, "more", 1, null, default), Throws.InvalidOperationException);
        Assert.That(() => values.Tag(peer, "0", 2, null, default), Throws.Nothing);
    }

    private static PeerId NewPeer()
    {
        using var keys = KeyPair.Generate();
        return keys.PeerId;
    }
}
