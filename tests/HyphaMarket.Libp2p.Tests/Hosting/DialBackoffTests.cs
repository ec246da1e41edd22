using HyphaMarket.Libp2p.Hosting;
using HyphaMarket.Libp2p.Identity;
using HyphaMarket.Libp2p.Multiformats;

namespace HyphaMarket.Libp2p.Tests.Hosting;

[TestFixture]
public sealed class DialBackoffTests
{
    private static readonly Multiaddr s_address = Multiaddr.Parse("/ip4/192.0.2.1/tcp/1");

    private readonly PeerId _peer = KeyPair.Generate().PeerId;

    [Test]
    public void Pause_DoublesUpToTheLongest_AndSuccessForgetsIt()
    {
        var backoff = new DialBackoff(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(5), 10);
        var now = TimeSpan.FromHours(1);
        var pauses = new List<double>();
        for (var i = 0; i < 4; i++)
        {
            backoff.OnFailure(_peer, s_address, now);
            var pause = backoff.Remaining(_peer, s_address, now);
            pauses.Add(pause.TotalSeconds);
            now += pause;
            Assert.That(backoff.Remaining(_peer, s_address, now), Is.EqualTo(TimeSpan.Zero));
        }
        Assert.That(pauses, Is.EqualTo(new[] { 1.0, 2, 4, 5 }));
        backoff.OnSuccess(_peer, s_address);
        backoff.OnFailure(_peer, s_address, now);
        Assert.That(backoff.Remaining(_peer, s_address, now), Is.EqualTo(TimeSpan.FromSeconds(1)));
    }

    [Test]
    public void Reason_OfTheLatestFailure_IsKeptUntilSuccess()
    {
        var backoff = new DialBackoff(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(5), 10);
        backoff.OnFailure(_peer, s_address, TimeSpan.Zero, "refused");
        backoff.OnFailure(_peer, s_address, TimeSpan.FromSeconds(2), "another peer answered");
        Assert.That(backoff.ReasonOf(_peer, s_address), Is.EqualTo("another peer answered"));
        backoff.OnSuccess(_peer, s_address);
        Assert.That(backoff.ReasonOf(_peer, s_address), Is.Empty);
    }

    [Test]
    public void Failure_OfOnePeer_DoesNotHoldBackAnother_AtTheSameAddress()
    {
        var backoff = new DialBackoff(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(5), 10);
        backoff.OnFailure(_peer, s_address, TimeSpan.Zero);
        Assert.That(backoff.Remaining(KeyPair.Generate().PeerId, s_address, TimeSpan.Zero), Is.EqualTo(TimeSpan.Zero));
    }

    [Test]
    public void Entries_AreBounded_AndTheOldestGoes()
    {
        var backoff = new DialBackoff(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(5), 2);
        for (var port = 1; port <= 3; port++) backoff.OnFailure(_peer, Multiaddr.Parse($"/ip4/192.0.2.1/tcp/{port}"), TimeSpan.Zero);
        Assert.That(backoff.Remaining(_peer, s_address, TimeSpan.Zero), Is.EqualTo(TimeSpan.Zero));
        Assert.That(backoff.Remaining(_peer, Multiaddr.Parse("/ip4/192.0.2.1/tcp/3"), TimeSpan.Zero), Is.GreaterThan(TimeSpan.Zero));
    }
}
