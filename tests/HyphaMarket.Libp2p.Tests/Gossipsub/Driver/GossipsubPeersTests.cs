using HyphaMarket.Libp2p.Gossipsub;
using HyphaMarket.Libp2p.Gossipsub.Scoring;
using HyphaMarket.Libp2p.Identity.Records;

namespace HyphaMarket.Libp2p.Tests.Gossipsub.Driver;

/// <summary>How the service on real hosts finds, keeps and leaves its peers.</summary>
public sealed class GossipsubPeersTests
{
    private const string Topic = PubsubNode.Topic;

    [Test]
    public async Task Disposal_TakesLeaveOfThePeers_WhoseConnectionsStay()
    {
        await using var a = await PubsubNode.StartAsync();
        await using var b = await PubsubNode.StartAsync();
        await a.ConnectAsync(b);
        await a.MeshedWithAsync(b);

        await a.Pubsub.DisposeAsync();

        await PubsubNode.UntilAsync(async () => (await b.Pubsub.PeersAsync(Topic)).Count == 0);
        Assert.That(b.Host.IsConnected(a.Id), Is.True);
        Assert.That(b.Count(GossipsubCounter.Prunes), Is.EqualTo(1));
    }

    [Test]
    public async Task AnExplicitPeer_IsDialledUnasked_AndGetsMessagesOutsideTheMesh()
    {
        await using var b = await PubsubNode.StartAsync();
        await using var a = await PubsubNode.StartAsync(PubsubNode.Quick with { ExplicitPeers = [new ExplicitPeer(b.Id, b.Host.Addresses)] });

        await PubsubNode.UntilAsync(async () => (await a.Pubsub.PeersAsync(Topic)).Contains(b.Id));
        await a.PublishAsync(7);

        Assert.That((await b.NextAsync()).Data.Span[0], Is.EqualTo(7));
        Assert.That(await a.Pubsub.MeshPeersAsync(Topic), Is.Empty);
        Assert.That(a.Host.ValueOf(b.Id), Is.EqualTo(double.PositiveInfinity), "its connection never gives way to others");
    }

    [Test]
    public async Task ATrustedPeerWithAFullMesh_LeadsUsToAnother_ByItsSignedRecord()
    {
        await using var member = await PubsubNode.StartAsync();
        var small = PubsubNode.Quick with { PeerExchange = true, Degree = 1, DegreeLow = 1, DegreeHigh = 1, DegreeOutbound = 0, DegreeScore = 1 };
        await using var hub = await PubsubNode.StartAsync(small);
        await member.ConnectAsync(hub);
        await member.MeshedWithAsync(hub);
        await PubsubNode.UntilAsync(() => Task.FromResult(hub.Host.PeerStore.GetSignedRecord(member.Id) is not null));

        var trusting = PubsubNode.Quick with { Scoring = new PeerScoreParameters { ApplicationScore = peer => peer == hub.Id ? 1000 : 0 } };
        await using var newcomer = await PubsubNode.StartAsync(trusting);
        await newcomer.ConnectAsync(hub);

        await newcomer.MeshedWithAsync(member);
        Assert.That(newcomer.Count(GossipsubCounter.PeerExchangeDials), Is.EqualTo(1));
    }

    [Test]
    public async Task ASuggestion_WithTheRecordOfAnotherPeer_IsNotDialled()
    {
        await using var member = await PubsubNode.StartAsync();
        await using var stranger = await PubsubNode.StartAsync();
        var forged = SignedPeerRecord.Seal(stranger.Keys, new PeerRecord(stranger.Id, 1, stranger.Host.Addresses)).Bytes;
        var small = PubsubNode.Quick with { PeerExchange = true, Degree = 1, DegreeLow = 1, DegreeHigh = 1, DegreeOutbound = 0, DegreeScore = 1 };
        await using var hub = await PubsubNode.StartAsync(small, signedRecordOf: _ => forged);
        await member.ConnectAsync(hub);
        await member.MeshedWithAsync(hub);

        await using var newcomer = await PubsubNode.StartAsync(PubsubNode.Quick with { Scoring = new PeerScoreParameters { ApplicationScore = _ => 1000 } });
        await newcomer.ConnectAsync(hub);

        await newcomer.CountedAsync(GossipsubCounter.PeerExchangeIgnored, 1);
        Assert.That(newcomer.Count(GossipsubCounter.PeerExchangeDials), Is.Zero);
        Assert.That(newcomer.Host.ConnectedPeers, Is.EqualTo(new[] { hub.Id }));
    }

    [Test]
    public async Task LargeMessages_AreToldToMembersOfTheMesh_ThatMightSendThemToo()
    {
        await using var a = await PubsubNode.StartAsync();
        await using var b = await PubsubNode.StartAsync();
        await using var c = await PubsubNode.StartAsync();
        await a.ConnectAsync(b);
        await b.ConnectAsync(c);
        await b.MeshedWithAsync(a, c);

        await a.PublishAsync(new byte[100_000]);
        await c.NextAsync();

        Assert.That(b.Count(GossipsubCounter.IdsRefused), Is.EqualTo(1), "to c, which could have had it from somebody else");
    }
}
