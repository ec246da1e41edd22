using System.Buffers.Binary;
using HyphaMarket.Libp2p.Gossipsub;
using HyphaMarket.Libp2p.Gossipsub.Routing;
using HyphaMarket.Libp2p.Gossipsub.Scoring;
using HyphaMarket.Libp2p.Gossipsub.Signing;
using HyphaMarket.Libp2p.Gossipsub.Wire;

namespace HyphaMarket.Libp2p.Tests.Attacks;

/// <summary>Peers that speak gossipsub against its manners, over a true connection. Each ends outside of every mesh, unheard, while honest messages flow.</summary>
[TestFixture]
[CancelAfter(60_000)]
public sealed class GossipAttackTests
{
    private const string Topic = GossipScene.Topic;
    private static readonly ScoreThresholds Thresholds = PeerScoreParameters.Recommended.Thresholds;

    [Test]
    public async Task IHaveSpam_OfMessagesThatNeverCome_EndsGossipWithItsSender(CancellationToken cancellationToken)
    {
        await using var scene = await GossipScene.StartAsync(cancellationToken);
        // From there on nothing is asked of it; what promises are still open then may graylist it too.
        await scene.AttackUntilAsync(Thresholds.Gossip, i => new Rpc { IHave = [new IHave(Topic, Invented(i, 2_000))] });
        Assert.That(scene.Count(GossipsubCounter.BrokenPromises), Is.GreaterThanOrEqualTo(14));
        var asked = scene.Count(GossipsubCounter.IdsAsked);
        for (var i = 0; i < 20; i++) await scene.SendAsync(new Rpc { IHave = [new IHave(Topic, Invented(-i - 1, 2_000))] });
        await scene.SettleAsync();
        Assert.That(scene.Count(GossipsubCounter.IdsAsked), Is.EqualTo(asked));
        await scene.AssertWithstoodAsync(mebibytes: 16);
    }

    [Test]
    public async Task IWantSpam_ForOneMessage_IsAnsweredThreeTimes_AndEndsGossipWithItsSender(CancellationToken cancellationToken)
    {
        await using var scene = await GossipScene.StartAsync(cancellationToken);
        var id = await scene.PublishAsync();
        await scene.AttackUntilAsync(Thresholds.Gossip, _ => new Rpc { IWant = [.. Enumerable.Repeat(id, 1_000)] });
        // The id leaves the cache after five heartbeats, and more than three are never sent of it.
        Assert.That(scene.Count(GossipsubCounter.IWantsServed), Is.LessThanOrEqualTo(3));
        await scene.AssertWithstoodAsync(mebibytes: 16);
    }

    [Test]
    public async Task GraftSpam_OfAPeerThatIsNotSubscribed_GraylistsItsSender_AndIsAnsweredOnlyUntilThen(CancellationToken cancellationToken)
    {
        await using var scene = await GossipScene.StartAsync(cancellationToken, subscribed: false);
        await scene.SendAsync(new Rpc { Graft = [.. Enumerable.Range(0, 4_000).Select(i => $"unknown/{i}")] });
        await scene.AttackUntilAsync(Thresholds.Graylist, _ => new Rpc { Graft = [.. Enumerable.Repeat(Topic, 500)] });
        Assert.That(scene.Count(GossipsubCounter.GraftsRefused), Is.LessThan(40), "not one for each of the GRAFTs");
        await scene.AssertIgnoredAsync();
        await scene.AssertWithstoodAsync(mebibytes: 16);
    }

    [Test]
    public async Task GraftDuringBackoff_GraylistsItsSender(CancellationToken cancellationToken)
    {
        await using var scene = await GossipScene.StartAsync(cancellationToken);
        await scene.SendAsync(new Rpc { Prune = [new Prune(Topic, 60, [])] });
        await scene.AttackUntilAsync(Thresholds.Graylist, _ => new Rpc { Graft = [Topic] });
        Assert.That(scene.Count(GossipsubCounter.GraftsDuringBackoff), Is.InRange(22, 200));
        await scene.AssertIgnoredAsync();
        await scene.AssertWithstoodAsync(mebibytes: 16);
    }

    [Test]
    public async Task InvalidMessageSpam_GraylistsItsSender_AfterAHandful_AndNothingOfItSpreads(CancellationToken cancellationToken)
    {
        await using var scene = await GossipScene.StartAsync(cancellationToken);
        await scene.AttackUntilAsync(Thresholds.Graylist, i => new Rpc { Messages = [MessageSigning.Sign(scene.Keys, Topic, new byte[1_000], (ulong)i + 1)] });
        Assert.That(scene.Count(GossipsubCounter.Rejected), Is.GreaterThanOrEqualTo(6));
        Assert.That(scene.TakeAtFriend(), Is.Zero);
        await scene.AssertIgnoredAsync();
        await scene.AssertWithstoodAsync(mebibytes: 16);
    }

    [Test]
    public async Task ForgedSignatureSpam_GraylistsItsSender_AndTheAuthorItNamesIsNotBlamed(CancellationToken cancellationToken)
    {
        await using var scene = await GossipScene.StartAsync(cancellationToken);
        await scene.AttackUntilAsync(Thresholds.Graylist, i => new Rpc
        {
            Messages = [PubsubMessage.Create(Topic, new byte[] { 1 }, scene.FriendId.Bytes, Number(i), new byte[64], null)],
        });
        Assert.That(scene.Count(GossipsubCounter.BadSignatures), Is.GreaterThanOrEqualTo(6));
        await scene.AssertIgnoredAsync();
        await scene.AssertWithstoodAsync(mebibytes: 16);
    }

    [Test]
    public async Task IDontWantSpam_HoldsAThousandIds_AndGraylistsItsSender(CancellationToken cancellationToken)
    {
        await using var scene = await GossipScene.StartAsync(cancellationToken);
        await scene.AttackUntilAsync(Thresholds.Graylist, i => new Rpc { IDontWant = Invented(i, 10_000) });
        Assert.That(scene.Count(GossipsubCounter.IDontWantsPassedOver), Is.GreaterThan(22 * 9_000));
        await scene.AssertIgnoredAsync();
        await scene.AssertWithstoodAsync(mebibytes: 16);
    }

    [Test]
    public async Task PeerExchangeSpam_OfAStranger_MakesTheVictimDialNobody(CancellationToken cancellationToken)
    {
        await using var scene = await GossipScene.StartAsync(cancellationToken);
        var peers = Enumerable.Range(0, 64).Select(i => new PeerExchangeRecord(Gossipsub.TestPeers.Peer(i).Bytes, new byte[500])).ToArray();
        for (var i = 0; i < 100; i++) await scene.SendAsync(new Rpc { Prune = [new Prune(Topic, 3_600, peers)] });
        await scene.UntilAsync(() => Task.FromResult(scene.Count(GossipsubCounter.PeerExchangeIgnored) == 6_400));
        Assert.That(scene.Count(GossipsubCounter.PeerExchangeDials), Is.Zero);
        await scene.AssertWithstoodAsync(mebibytes: 16);
    }

    [Test]
    public async Task SubscriptionSpam_IsCut_AndForgottenWithItsSender(CancellationToken cancellationToken)
    {
        await using var scene = await GossipScene.StartAsync(cancellationToken);
        for (var i = 0; i < 10; i++)
        {
            await scene.SendAsync(new Rpc { Subscriptions = [.. Enumerable.Range(0, 2_000).Select(n => new SubscriptionChange($"{i}/{n}/{new string('x', 80)}", true))] });
        }
        await scene.UntilAsync(() => Task.FromResult(scene.Count(GossipsubCounter.SubscriptionsPassedOver) == 20_000 - 1_023));
        await scene.Attacker.DisposeAsync();
        await scene.AssertWithstoodAsync(mebibytes: 16);
    }

    private static MessageId[] Invented(int round, int count)
    {
        var ids = new MessageId[count];
        Span<byte> bytes = stackalloc byte[20];
        for (var i = 0; i < count; i++)
        {
            BinaryPrimitives.WriteInt32BigEndian(bytes, round);
            BinaryPrimitives.WriteInt32BigEndian(bytes[4..], i);
            ids[i] = new MessageId(bytes);
        }
        return ids;
    }

    private static byte[] Number(int i)
    {
        var bytes = new byte[8];
        BinaryPrimitives.WriteInt64BigEndian(bytes, i);
        return bytes;
    }
}
