using HyphaMarket.Libp2p.Identity;
using HyphaMarket.Libp2p.Kademlia;
using HyphaMarket.Libp2p.Kademlia.Messages;
using HyphaMarket.Libp2p.Kademlia.Routing;
using HyphaMarket.Libp2p.Multiformats;
using HyphaMarket.Libp2p.Tests.Kademlia.Storage;

namespace HyphaMarket.Libp2p.Tests.Kademlia;

public sealed class KademliaCoreTests
{
    private readonly Random _random = new(61);
    private readonly KademliaOptions _options = new() { Validators = [new CountingValidator()] };
    private readonly Dictionary<PeerId, IReadOnlyList<Multiaddr>> _addresses = [];
    private PeerId _self;
    private PeerId _asker;
    private KademliaCore _core = null!;

    [SetUp]
    public void SetUp()
    {
        _addresses.Clear();
        _self = Known();
        _asker = Known();
        _core = new KademliaCore(_self, _options, p => _addresses.GetValueOrDefault(p, []), _random);
    }

    [Test]
    public void Ping_IsAnsweredWithPing()
    {
        Assert.That(Answer(new KadMessage { Type = KadMessageType.Ping }).Message!.Type, Is.EqualTo(KadMessageType.Ping));
    }

    [Test]
    public void FindNode_NamesTheKClosest_WithoutTheAsker_AndWithAddresses()
    {
        var peers = Enumerable.Range(0, 60).Select(_ => Known()).Append(_asker).ToList();
        foreach (var peer in peers) _core.Table.OnSeen(TestPeers.Start, peer);
        var held = _core.Table.Entries.Select(e => e.Peer).Where(p => p != _asker);
        var reply = Answer(new KadMessage { Type = KadMessageType.FindNode, Key = "key"u8.ToArray() }).Message!;
        Assert.Multiple(() =>
        {
            Assert.That(reply.CloserPeers.Select(p => p.Id), Is.EqualTo(TestPeers.Closest(held, KadKey.Of("key"u8), 20)));
            Assert.That(reply.CloserPeers.Select(p => p.Addresses.Count), Is.All.EqualTo(1));
        });
    }

    [Test]
    public void FindNode_LeavesOutPeersWithoutAKnownAddress()
    {
        var (reachable, unknown) = (Known(), TestPeers.Next(_random));
        _core.Table.OnSeen(TestPeers.Start, reachable);
        _core.Table.OnSeen(TestPeers.Start, unknown);
        Assert.That(FindNode("key"u8.ToArray()), Is.EqualTo(new[] { reachable }));
    }

    [Test]
    public void FindNode_OfAKnownClient_NamesItFirst_AndStillNamesTheServers()
    {
        var (server, client) = (Known(), Known());
        _core.Table.OnSeen(TestPeers.Start, server);
        Assert.That(FindNode(client.Bytes), Is.EqualTo(new[] { client, server }));
    }

    [Test]
    public void FindNode_OfThisNode_NamesThisNode()
    {
        Assert.That(FindNode(_self.Bytes), Is.EqualTo(new[] { _self }));
    }

    [Test]
    public void AddProvider_OfTheSenderItself_IsStored_AndFound()
    {
        var reply = Answer(new KadMessage { Type = KadMessageType.AddProvider, Key = "key"u8.ToArray(), ProviderPeers = [TestPeers.Named(_asker)] });
        var found = Answer(new KadMessage { Type = KadMessageType.GetProviders, Key = "key"u8.ToArray() }).Message!;
        Assert.Multiple(() =>
        {
            Assert.That(reply, Is.EqualTo(KademliaReply.Silence));
            Assert.That(found.ProviderPeers.Select(p => p.Id), Is.EqualTo(new[] { _asker }));
        });
    }

    [Test]
    public void AddProvider_OfSomebodyElse_IsRefused()
    {
        var reply = Answer(new KadMessage { Type = KadMessageType.AddProvider, Key = "key"u8.ToArray(), ProviderPeers = [TestPeers.Named(Known())] });
        Assert.Multiple(() =>
        {
            Assert.That(reply.Refusal, Is.Not.Null);
            Assert.That(_core.Providers.Count, Is.Zero);
        });
    }

    [Test]
    public void PutValue_EchoesTheRecord_WithTheTimeItWasReceived()
    {
        var reply = Answer(Put("/test/a", "5")).Message!;
        var got = Answer(new KadMessage { Type = KadMessageType.GetValue, Key = "/test/a"u8.ToArray() }).Message!;
        Assert.Multiple(() =>
        {
            Assert.That(reply.Record!.Value.ToArray(), Is.EqualTo("5"u8.ToArray()));
            Assert.That(got.Record!.Value.ToArray(), Is.EqualTo("5"u8.ToArray()));
            Assert.That(got.Record.TimeReceived, Is.EqualTo("2026-01-01T00:00:00.000000000Z"));
        });
    }

    [TestCase("/other/a", "5")]
    [TestCase("/test/a", "five")]
    public void PutValue_OfWhatNoValidatorAccepts_IsRefused(string key, string value)
    {
        Assert.That(Answer(Put(key, value)).Refusal, Is.Not.Null);
    }

    [Test]
    public void PutValue_WithARecordOfAnotherKey_IsRefused()
    {
        Assert.That(Answer(Put("/test/a", "5") with { Key = "/test/b"u8.ToArray() }).Refusal, Is.Not.Null);
    }

    [TestCase(nameof(KadMessageType.FindNode))]
    [TestCase(nameof(KadMessageType.GetValue))]
    [TestCase(nameof(KadMessageType.GetProviders))]
    [TestCase(nameof(KadMessageType.AddProvider))]
    [TestCase(nameof(KadMessageType.PutValue))]
    public void ARequestWithoutAKey_IsRefused(string type)
    {
        Assert.That(Answer(new KadMessage { Type = Enum.Parse<KadMessageType>(type) }).Refusal, Is.Not.Null);
    }

    [Test]
    public void ALookup_StartsFromTheBootstrapPeers_WhileTheTableIsEmpty()
    {
        var bootstrap = TestPeers.Next(_random);
        var core = new KademliaCore(_self, _options with { BootstrapPeers = [new BootstrapPeer(bootstrap, [TestPeers.Address])] }, _ => [], _random);
        Assert.That(core.StartLookup(KadKey.Of("key"u8)).TryTake(out var request), Is.True);
        Assert.That(request.Peer, Is.EqualTo(bootstrap));
    }

    private PeerId Known()
    {
        var peer = TestPeers.Next(_random);
        _addresses[peer] = [TestPeers.Address];
        return peer;
    }

    private KademliaReply Answer(KadMessage request) => _core.Answer(TestPeers.Start, _asker, request);

    private IEnumerable<PeerId> FindNode(ReadOnlyMemory<byte> key) =>
        Answer(new KadMessage { Type = KadMessageType.FindNode, Key = key }).Message!.CloserPeers.Select(p => p.Id);

    private static KadMessage Put(string key, string value)
    {
        var (keyBytes, valueBytes) = (System.Text.Encoding.ASCII.GetBytes(key), System.Text.Encoding.ASCII.GetBytes(value));
        return new KadMessage { Type = KadMessageType.PutValue, Key = keyBytes, Record = new KadRecord(keyBytes, valueBytes, "") };
    }
}
