using HyphaMarket.Libp2p.Gossipsub;
using HyphaMarket.Libp2p.Gossipsub.Routing;
using HyphaMarket.Libp2p.Gossipsub.Wire;

namespace HyphaMarket.Libp2p.Tests.Gossipsub.Routing;

public sealed class PeerExchangeTests
{
    private const string Topic = RouterHarness.Topic;
    private static readonly byte[] Record = [1, 2, 3];

    [Test]
    public void APeerThatFindsTheMeshFull_IsToldOfOthers_WithTheirSignedRecords()
    {
        var node = new RouterHarness(new GossipsubOptions { PeerExchange = true }, signedRecordOf: _ => Record).WithPeers(12).Subscribed();
        for (var peer = 1; peer <= 12; peer++) node.Receive(peer, new Rpc { Graft = [Topic] });
        node.WithPeers(20);
        node.TakeAllSent();

        node.Receive(13, new Rpc { Graft = [Topic] });

        var suggested = node.TakeSent(13).Single().Prune.Single().Peers;
        using (Assert.EnterMultipleScope())
        {
            Assert.That(suggested, Has.Count.EqualTo(16));
            Assert.That(suggested.Select(peer => peer.PeerId.ToArray()), Has.No.Member(TestPeers.Peer(13).Bytes.ToArray()));
            Assert.That(suggested.Select(peer => peer.SignedPeerRecord.ToArray()), Has.All.EqualTo(Record));
        }
    }

    [Test]
    public void APeerWithANegativeScore_IsNeitherToldOfOthersNorSuggested()
    {
        var score = new RecordingScore();
        var node = new RouterHarness(new GossipsubOptions { PeerExchange = true }, score).WithPeers(12).Subscribed();
        for (var peer = 1; peer <= 12; peer++) node.Receive(peer, new Rpc { Graft = [Topic] });
        node.WithPeers(5);
        score.Scores[TestPeers.Peer(13)] = -1;
        node.TakeAllSent();

        node.Receive(13, new Rpc { Graft = [Topic] });
        node.Receive(14, new Rpc { Graft = [Topic] });

        using (Assert.EnterMultipleScope())
        {
            Assert.That(node.TakeSent(13).Single().Prune.Single().Peers, Is.Empty);
            Assert.That(node.TakeSent(14).Single().Prune.Single().Peers.Select(peer => peer.PeerId.ToArray()), Has.No.Member(TestPeers.Peer(13).Bytes.ToArray()));
        }
    }

    [Test]
    public void WithoutTheOption_AndForPeersOfV10_NobodyIsSuggested()
    {
        foreach (var node in new[]
        {
            new RouterHarness().WithPeers(13), new RouterHarness(new GossipsubOptions { PeerExchange = true }).WithPeers(13, version: GossipVersion.MeshV10),
        })
        {
            node.Subscribed();
            node.TakeAllSent();
            for (var peer = 1; peer <= 13; peer++) node.Receive(peer, new Rpc { Graft = [Topic] });
            var prunes = node.TakeAllSent().SelectMany(sent => sent.Rpc.Prune).ToArray();
            Assert.That(prunes, Is.Not.Empty);
            Assert.That(prunes.SelectMany(prune => prune.Peers), Is.Empty);
        }
    }

    [Test]
    public void Suggestions_OfATrustedPeer_AreUsedWithinTheirBound_AndThoseOfOthersAreNot()
    {
        var score = new RecordingScore();
        var node = new RouterHarness(score: score).WithPeers(2).Subscribed();
        score.Scores[TestPeers.Peer(1)] = score.Thresholds.AcceptPeerExchange;
        score.Scores[TestPeers.Peer(2)] = score.Thresholds.AcceptPeerExchange - 1;
        var suggested = Enumerable.Range(50, 40).Select(number => new PeerExchangeRecord(TestPeers.Peer(number).Bytes, Record)).ToArray();

        node.Receive(2, new Rpc { Prune = [new Prune(Topic, 60, suggested)] });
        Assert.That(node.Suggested, Is.Empty);

        node.Receive(1, new Rpc { Prune = [new Prune(Topic, 60, suggested)] });
        using (Assert.EnterMultipleScope())
        {
            Assert.That(node.Suggested.Single().From, Is.EqualTo(TestPeers.Peer(1)));
            Assert.That(node.Suggested.Single().Peers, Has.Count.EqualTo(16).And.SubsetOf(suggested));
            Assert.That(node.Count(GossipsubCounter.PeerExchangeIgnored), Is.EqualTo(40 + 24));
        }
    }

    [Test]
    public void PeersThatWeKnow_OurselvesAndNonsense_AreNotDialled()
    {
        var score = new RecordingScore();
        var node = new RouterHarness(score: score).WithPeers(2).Subscribed();
        score.Scores[TestPeers.Peer(1)] = 1000;

        node.Receive(1, new Rpc
        {
            Prune = [new Prune(Topic, 60, [new(TestPeers.Peer(0).Bytes, Record), new(TestPeers.Peer(2).Bytes, Record), new(new byte[] { 1 }, Record)])],
        });

        Assert.That(node.Suggested, Is.Empty);
    }
}
