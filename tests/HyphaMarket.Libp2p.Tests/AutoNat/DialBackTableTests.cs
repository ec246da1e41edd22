using HyphaMarket.Libp2p.AutoNat.Client;
using HyphaMarket.Libp2p.Hosting;
using HyphaMarket.Libp2p.Identity;
using HyphaMarket.Libp2p.Multiformats;

namespace HyphaMarket.Libp2p.Tests.AutoNat;

[TestFixture]
public sealed class DialBackTableTests
{
    private const ulong Nonce = 4711;

    private static readonly Multiaddr s_local = Multiaddr.Parse("/ip4/10.0.0.2/tcp/4001");
    private static readonly TimeSpan s_asked = TimeSpan.FromSeconds(100);
    private static readonly TimeSpan s_now = TimeSpan.FromSeconds(103);

    private DialBackTable _table = null!;

    [SetUp]
    public void SetUp()
    {
        _table = new DialBackTable();
        Assert.That(_table.Expect(s_asked, Nonce), Is.True);
    }

    [Test]
    public void DialBack_OnANewInboundConnection_IsTaken()
    {
        Assert.That(_table.OnDialBack(s_now, Nonce, Connection()), Is.True);
        Assert.That(_table.Complete(Nonce), Is.EqualTo(s_local));
        Assert.That(_table.Count, Is.Zero);
    }

    [Test]
    public void Nonce_ThatNobodyAwaits_IsDiscarded()
    {
        Assert.That(_table.OnDialBack(s_now, Nonce + 1, Connection()), Is.False);
        Assert.That(_table.Complete(Nonce), Is.Null);
    }

    [Test]
    public void Nonce_ToldTwice_IsDiscardedTheSecondTime()
    {
        Assert.That(_table.OnDialBack(s_now, Nonce, Connection()), Is.True);
        Assert.That(_table.OnDialBack(s_now, Nonce, Connection() with { LocalAddress = Multiaddr.Parse("/ip4/10.0.0.2/tcp/4002") }), Is.False);
        Assert.That(_table.Complete(Nonce), Is.EqualTo(s_local));
    }

    [Test]
    public void Nonce_ToldAfterItsRequestEnded_IsDiscarded()
    {
        _table.Complete(Nonce);
        Assert.That(_table.OnDialBack(s_now, Nonce, Connection()), Is.False);
    }

    [Test]
    public void DialBack_OnAConnectionThatWeMade_IsDiscarded() =>
        Assert.That(_table.OnDialBack(s_now, Nonce, Connection(ConnectionDirection.Outbound)), Is.False);

    [Test]
    public void DialBack_OnAConnectionOlderThanTheRequest_IsDiscarded() =>
        Assert.That(_table.OnDialBack(s_now, Nonce, Connection(age: TimeSpan.FromSeconds(4))), Is.False);

    [Test]
    public void DialBack_OverARelay_IsDiscarded() =>
        Assert.That(_table.OnDialBack(s_now, Nonce, Connection() with { IsLimited = true }), Is.False);

    private static ConnectionInfo Connection(ConnectionDirection direction = ConnectionDirection.Inbound, TimeSpan? age = null)
    {
        using var keys = KeyPair.Generate();
        return new ConnectionInfo(keys.PeerId, direction, Multiaddr.Parse("/ip4/44.0.0.1/tcp/50000"), null, age ?? TimeSpan.FromSeconds(1), 1) { LocalAddress = s_local };
    }
}
