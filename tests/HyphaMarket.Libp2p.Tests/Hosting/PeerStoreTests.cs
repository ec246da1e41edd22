using HyphaMarket.Libp2p.Hosting;
using HyphaMarket.Libp2p.Identity;
using HyphaMarket.Libp2p.Identity.Records;
using HyphaMarket.Libp2p.Multiformats;
using HyphaMarket.Libp2p.Tests.Identity;

namespace HyphaMarket.Libp2p.Tests.Hosting;

[TestFixture]
public sealed class PeerStoreTests
{
    private static readonly TimeSpan s_hour = TimeSpan.FromHours(1);

    private static readonly PeerId s_alice = TestKeys.Alice.PeerId;

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

    [Test]
    public void ProtectedPeers_GoAfterOrdinaryOnes_AndBeforeConnectedOnes()
    {
        var store = new PeerStore(_time, 3, 2);
        var peers = Enumerable.Range(0, 5).Select(_ => NewPeer()).ToArray();
        for (var i = 0; i < 3; i++) store.AddAddresses(peers[i], [Address(i + 1)], s_hour);
        store.SetConnected(peers[0], true);
        store.SetProtected(peers[1], true);
        store.AddAddresses(peers[3], [Address(4)], s_hour);
        Assert.That(Known(store, peers), Is.EqualTo(new[] { true, true, false, true, false }), "the ordinary one went");
        store.SetProtected(peers[3], true);
        store.AddAddresses(peers[4], [Address(5)], s_hour);
        Assert.That(Known(store, peers), Is.EqualTo(new[] { true, false, false, true, true }), "then the protected one that was unused for longest");
        store.SetProtected(peers[3], false);
        store.AddAddresses(peers[2], [Address(3)], s_hour);
        Assert.That(Known(store, peers), Is.EqualTo(new[] { true, false, true, true, false }), "a mark taken away no longer counts, and its bearer was just used");
    }

    [Test]
    public void SignedRecord_ReplacesWhatOthersTold_ButNotWhatHasWorkedOrWhatIsPermanent()
    {
        var store = new PeerStore(_time, 3, 8);
        store.AddAddresses(s_alice, [Address(1), Address(2)], s_hour);
        store.AddAddresses(s_alice, [Address(3)], AddressLifetime.Permanent);
        store.MarkGood(s_alice, Address(2));
        Assert.That(store.AddCertified(Record(7, 4, 5), s_hour), Is.True);
        Assert.That(store.GetAddresses(s_alice), Is.EqualTo(new[] { Address(2), Address(4), Address(5), Address(3) }));
        Assert.That(store.GetCertifiedAddresses(s_alice), Is.EqualTo(new[] { Address(4), Address(5) }));
    }

    [Test]
    public void Sequence_NeverGoesBack()
    {
        var store = new PeerStore(_time, 3, 8);
        Assert.That(store.AddCertified(Record(7, 1), s_hour), Is.True);
        Assert.That(store.AddCertified(Record(6, 2), s_hour), Is.False, "an older one");
        Assert.That(store.AddCertified(Record(7, 2), s_hour), Is.False, "another one of the same number");
        Assert.That(store.GetAddresses(s_alice), Is.EqualTo(new[] { Address(1) }));
        Assert.That(store.AddCertified(Record(8, 2), s_hour), Is.True);
        Assert.That(store.GetAddresses(s_alice), Is.EqualTo(new[] { Address(2) }), "what the peer signs no more is gone");
    }

    [Test]
    public void SameRecordAgain_RenewsItsAddresses_AndOutlivesThemInItsNumberOnly()
    {
        var store = new PeerStore(_time, 3, 8);
        store.AddCertified(Record(7, 1), s_hour);
        _time.Advance(s_hour / 2);
        Assert.That(store.AddCertified(Record(7, 1), s_hour), Is.True);
        _time.Advance(s_hour / 2);
        Assert.That(store.GetSignedRecord(s_alice)!.Value.ToArray(), Is.EqualTo(Record(7, 1).Bytes.ToArray()));
        _time.Advance(s_hour / 2);
        Assert.That(store.GetSignedRecord(s_alice), Is.Null, "addresses that have expired are not passed on");
        Assert.That(store.AddCertified(Record(6, 2), s_hour), Is.False);
    }

    [Test]
    public void Hearsay_PushesOutNoSignedAddress()
    {
        var store = new PeerStore(_time, 3, 2);
        store.AddCertified(Record(7, 1, 2), s_hour);
        store.AddAddresses(s_alice, [Address(3)], AddressLifetime.Permanent);
        Assert.That(store.GetAddresses(s_alice), Is.EqualTo(new[] { Address(1), Address(2) }));
    }

    [Test]
    public void LongRecord_IsUsedButNotKept()
    {
        var store = new PeerStore(_time, 3, 2);
        var name = new string('a', 60);
        var addresses = Enumerable.Range(1, 60).Select(port => Multiaddr.Parse($"/dns4/{name}.example/tcp/{port}")).ToArray();
        var record = SignedPeerRecord.Seal(TestKeys.Alice, new PeerRecord(s_alice, 7, addresses));
        Assert.That(record.Bytes.Length, Is.GreaterThan(PeerStore.MaxRecordBytes));
        Assert.That(store.AddCertified(record, s_hour), Is.True);
        Assert.That(store.GetSignedRecord(s_alice), Is.Null);
        Assert.That(store.GetCertifiedAddresses(s_alice), Is.EqualTo(addresses[..2]), "the peer's best come first");
        Assert.That(store.AddCertified(Record(6, 1), s_hour), Is.False, "its number is remembered");
    }

    [Test]
    public void WordOfAConnectedPeer_DoesNotAge_AndItsLifeBeginsWhenItLeaves()
    {
        var store = new PeerStore(_time, 3, 4);
        store.SetConnected(s_alice, true);
        store.SetIdentified(s_alice, [Address(1)], s_hour);
        store.AddAddresses(s_alice, [Address(2)], s_hour);
        _time.Advance(3 * s_hour);
        Assert.That(store.GetAddresses(s_alice), Is.EqualTo(new[] { Address(1) }), "what others told of it has aged");
        store.SetConnected(s_alice, false);
        _time.Advance(s_hour / 2);
        Assert.That(store.GetAddresses(s_alice), Has.Count.EqualTo(1));
        _time.Advance(s_hour / 2);
        Assert.That(store.GetAddresses(s_alice), Is.Empty);
    }

    [Test]
    public void AddressToldNoMore_AgesLikeHearsay()
    {
        var store = new PeerStore(_time, 3, 4);
        store.SetConnected(s_alice, true);
        store.SetIdentified(s_alice, [Address(1), Address(2)], s_hour);
        store.SetIdentified(s_alice, [Address(2)], s_hour);
        Assert.That(store.GetAddresses(s_alice), Is.EqualTo(new[] { Address(2), Address(1) }));
        _time.Advance(s_hour);
        Assert.That(store.GetAddresses(s_alice), Is.EqualTo(new[] { Address(2) }));
    }

    private static IEnumerable<bool> Known(PeerStore store, IEnumerable<PeerId> peers) => peers.Select(peer => store.GetAddresses(peer).Count > 0);

    private static SignedPeerRecord Record(ulong sequence, params int[] ports) =>
        SignedPeerRecord.Seal(TestKeys.Alice, new PeerRecord(s_alice, sequence, ports.Select(Address)));

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
