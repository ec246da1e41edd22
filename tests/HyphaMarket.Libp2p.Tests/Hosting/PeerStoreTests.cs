using HyphaMarket.Libp2p.Hosting;
using HyphaMarket.Libp2p.Identity;
using HyphaMarket.Libp2p.Multiformats;

namespace HyphaMarket.Libp2p.Tests.Hosting;

[TestFixture]
public sealed class PeerStoreTests
{
    private static readonly TimeSpan s_hour = TimeSpan.FromHours(1);

    private readonly SettableTime _time = new();

    [Test]
    public void Addresses_Expire()
    {
        var store = new PeerStore(_time, 10, 4);
        var peer = NewPeer();
        store.AddAddresses(peer, [Address(1)], s_hour);
        store.AddAddresses(peer, [Address(2)], 2 * s_hour);
        _time.Advance(s_hour);
        Assert.That(store.GetAddresses(peer), Is.EqualTo(new[] { Address(2) }));
        _time.Advance(s_hour);
        Assert.That(store.GetAddresses(peer), Is.Empty);
    }

    [Test]
    public void Address_AddedAgain_LivesLonger_AndNeverShorter()
    {
        var store = new PeerStore(_time, 10, 4);
        var peer = NewPeer();
        store.AddAddresses(peer, [Address(1)], 2 * s_hour);
        store.AddAddresses(peer, [Address(1)], s_hour);
        _time.Advance(s_hour);
        Assert.That(store.GetAddresses(peer), Has.Count.EqualTo(1));
    }

    [Test]
    public void Addresses_OfOnePeer_AreBounded_AndTheFirstToExpireGoes()
    {
        var store = new PeerStore(_time, 10, 2);
        var peer = NewPeer();
        store.AddAddresses(peer, [Address(1)], 2 * s_hour);
        store.AddAddresses(peer, [Address(2)], s_hour);
        store.AddAddresses(peer, [Address(3)], TimeSpan.MaxValue);
        Assert.That(store.GetAddresses(peer), Is.EquivalentTo(new[] { Address(1), Address(3) }));
    }

    [Test]
    public void Address_OfAnotherPeer_IsIgnored_AndThePeerSuffixIsCutOff()
    {
        var store = new PeerStore(_time, 10, 2);
        var peer = NewPeer();
        store.AddAddresses(peer, [Address(1).WithPeer(NewPeer()), Address(2).WithPeer(peer)], s_hour);
        Assert.That(store.GetAddresses(peer), Is.EqualTo(new[] { Address(2) }));
    }

    [Test]
    public void Peers_AreBounded_AndConnectedOnesStay()
    {
        var store = new PeerStore(_time, 3, 2);
        var peers = Enumerable.Range(0, 4).Select(_ => NewPeer()).ToArray();
        store.AddAddresses(peers[0], [Address(1)], s_hour);
        store.SetConnected(peers[0], true);
        for (var i = 1; i < 4; i++) store.AddAddresses(peers[i], [Address(i)], s_hour);
        Assert.That(store.Count, Is.EqualTo(3));
        Assert.That(peers.Select(peer => store.GetAddresses(peer).Count), Is.EqualTo(new[] { 1, 0, 1, 1 }), "the oldest unconnected one went");
    }

    [Test]
    public void Address_ThatWorked_ComesFirst()
    {
        var store = new PeerStore(_time, 3, 4);
        var peer = NewPeer();
        store.AddAddresses(peer, [Address(1), Address(2), Address(3)], s_hour);
        store.MarkGood(peer, Address(3));
        Assert.That(store.GetAddresses(peer)[0], Is.EqualTo(Address(3)));
    }

    private static PeerId NewPeer()
    {
        using var keys = KeyPair.Generate();
        return keys.PeerId;
    }

    private static Multiaddr Address(int port) => Multiaddr.Parse($"/ip4/192.0.2.1/tcp/{port}");

    [Test]
    public void ProtocolNames_OfOnePeer_AreBoundedInLetters_AndAShortOneBehindALongOneIsKept()
    {
        var store = new PeerStore(TimeProvider.System, maxPeers: 1, maxAddressesPerPeer: 1);
        using var keys = KeyPair.Generate();
        var longest = new string('x', PeerStore.MaxProtocolCharacters - 2);
        store.SetProtocols(keys.PeerId, [longest, "too long", "/a", "/b"]);
        Assert.That(store.GetProtocols(keys.PeerId), Is.EquivalentTo(new[] { longest, "/a" }));
    }
}
