using System.Net;
using HyphaMarket.Libp2p.AutoNat.Server;
using HyphaMarket.Libp2p.Identity;

namespace HyphaMarket.Libp2p.Tests.AutoNat;

[TestFixture]
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class RequestLimiterTests
{
    private static readonly AutoNatServerOptions s_options = new()
    {
        MaxRequestsPerMinute = 10, MaxRequestsPerPeerPerMinute = 3, MaxRequestsPerIpPerMinute = 5, MaxForeignDialsPerMinute = 2, MaxConcurrentRequests = 4, MaxConcurrentRequestsPerPeer = 2,
    };

    private readonly RequestLimiter _limiter = new(s_options);

    [Test]
    public void Peer_HasItsShareOfAMinute_AndTheNextMinuteIsNew()
    {
        var peer = Peer(1);
        Assert.That(Enumerable.Range(0, 5).Count(_ => Serve(TimeSpan.Zero, peer, "11.0.0.1")), Is.EqualTo(3));
        Assert.That(Serve(TimeSpan.FromSeconds(59), peer, "11.0.0.1"), Is.False);
        Assert.That(Serve(TimeSpan.FromSeconds(60), peer, "11.0.0.1"), Is.True);
    }

    [Test]
    public void ManyIdentities_OnOneIp_ShareItsShare() =>
        Assert.That(Enumerable.Range(0, 20).Count(i => Serve(TimeSpan.Zero, Peer(i), "11.0.0.1")), Is.EqualTo(5));

    [Test]
    public void ManyIdentities_OnManyIps_ShareTheTotal() =>
        Assert.That(Enumerable.Range(0, 40).Count(i => Serve(TimeSpan.Zero, Peer(i), $"11.0.0.{i}")), Is.EqualTo(10));

    [Test]
    public void RequestsUnderWay_AreBounded_ForAPeerAndInTotal()
    {
        Assert.That(Enumerable.Range(0, 3).Count(_ => _limiter.TryEnter(TimeSpan.Zero, Peer(1), IPAddress.Parse("11.0.0.1"))), Is.EqualTo(2));
        Assert.That(Enumerable.Range(2, 5).Count(i => _limiter.TryEnter(TimeSpan.Zero, Peer(i), IPAddress.Parse($"11.0.0.{i}"))), Is.EqualTo(2));
        _limiter.Leave(Peer(1));
        Assert.That(_limiter.TryEnter(TimeSpan.Zero, Peer(9), IPAddress.Parse("11.0.0.9")), Is.True);
    }

    [Test]
    public void ForeignDials_HaveABoundOfTheirOwn()
    {
        Assert.That(Enumerable.Range(0, 5).Count(_ => _limiter.TryEnterForeign(TimeSpan.Zero)), Is.EqualTo(2));
        Assert.That(_limiter.TryEnterForeign(TimeSpan.FromMinutes(1)), Is.True);
    }

    private static PeerId Peer(int number) => PeerId.FromBytes([0, 36, 8, 1, 18, 32, .. Enumerable.Repeat((byte)number, 32)]);

    private bool Serve(TimeSpan now, PeerId peer, string ip)
    {
        if (!_limiter.TryEnter(now, peer, IPAddress.Parse(ip))) return false;
        _limiter.Leave(peer);
        return true;
    }
}
