using HyphaMarket.Libp2p.Gossipsub;
using HyphaMarket.Libp2p.Gossipsub.Scoring;
using HyphaMarket.Libp2p.Gossipsub.Signing;
using HyphaMarket.Libp2p.Gossipsub.Wire;
using HyphaMarket.Libp2p.Hosting;
using HyphaMarket.Libp2p.Identity;
using HyphaMarket.Libp2p.RequestResponse;

namespace HyphaMarket.Libp2p.Tests.Gossipsub.Driver;

/// <summary>The score on real hosts, with an attacker that writes its frames by hand.</summary>
public sealed class GossipsubScoringTests
{
    private const string Topic = PubsubNode.Topic;
    private static readonly string[] Protocols = ["/meshsub/1.1.0"];
    private static readonly PeerScoreParameters Parameters = new();
    private static readonly GossipsubOptions Scored = new() { HeartbeatInterval = TimeSpan.FromMilliseconds(100), Scoring = Parameters };

    /// <summary>Data that begins with 0 is wrong for everybody.</summary>
    private static readonly TopicOptions Judged = new()
    {
        Validator = (_, message, _) => ValueTask.FromResult(message.Data.Span[0] == 0 ? Validation.Reject : Validation.Accept),
    };

    [Test]
    public async Task InvalidMessageSpam_IsIgnoredAfterAFewMessages_AndHonestOnesGoOnArriving()
    {
        await using var victim = await PubsubNode.StartAsync(Scored, Judged);
        await using var honest = await PubsubNode.StartAsync(Scored, Judged);
        await honest.ConnectAsync(victim);
        await honest.MeshedWithAsync(victim);
        using var keys = KeyPair.Generate();
        await using var attacker = await AttackerAsync(keys, victim);
        await using var stream = await attacker.OpenStreamAsync(victim.Id, Protocols);

        for (ulong i = 1; await victim.Pubsub.ScoreAsync(attacker.Id) >= Parameters.Thresholds.Graylist; i++)
        {
            Assert.That(i, Is.LessThan(20), "messages until the graylist");
            await SendAsync(stream, new Rpc { Messages = [MessageSigning.Sign(keys, Topic, new byte[] { 0 }, i)] });
            await victim.CountedAsync(GossipsubCounter.Rejected, (long)i);
        }
        await SendAsync(stream, new Rpc { Messages = [MessageSigning.Sign(keys, Topic, new byte[] { 1 }, 1000)] });
        await victim.CountedAsync(GossipsubCounter.RpcsIgnored, 1);
        for (byte i = 1; i <= 20; i++) await honest.PublishAsync(i);

        var received = new List<byte>();
        while (received.Count < 20) received.Add((await victim.NextAsync()).Data.Span[0]);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(received, Is.EquivalentTo(Enumerable.Range(1, 20)));
            Assert.That(victim.Rest(), Is.Empty);
            Assert.That(await victim.Pubsub.ScoreAsync(honest.Id), Is.GreaterThan(0));
            Assert.That(await victim.Pubsub.MeshPeersAsync(Topic), Is.EqualTo(new[] { honest.Id }));
        }
    }

    [Test]
    public async Task AGraftFlood_DuringTheBackoff_EndsOnTheGraylist_AndAReconnectionDoesNotHelp()
    {
        await using var victim = await PubsubNode.StartAsync(Scored);
        using var keys = KeyPair.Generate();
        await using (var attacker = await AttackerAsync(keys, victim))
        {
            await using var stream = await attacker.OpenStreamAsync(victim.Id, Protocols);
            await SendAsync(stream, new Rpc { Subscriptions = [new SubscriptionChange(Topic, true)] });
            await SendAsync(stream, new Rpc { Prune = [new Prune(Topic, 60, [])] });
            await SendAsync(stream, new Rpc { Graft = [.. Enumerable.Repeat(Topic, 100)] });
            await PubsubNode.UntilAsync(async () => await victim.Pubsub.ScoreAsync(attacker.Id) < Parameters.Thresholds.Graylist);
        }
        await PubsubNode.UntilAsync(() => Task.FromResult(victim.Host.ConnectedPeers.Count == 0));

        await using var again = await AttackerAsync(keys, victim);
        await using var anew = await again.OpenStreamAsync(victim.Id, Protocols);
        await SendAsync(anew, new Rpc { Subscriptions = [new SubscriptionChange(Topic, true)] });
        await victim.CountedAsync(GossipsubCounter.RpcsIgnored, 1);

        Assert.That(await victim.Pubsub.PeersAsync(Topic), Is.Empty);
    }

    [Test]
    public async Task ManyNodesOnLoopback_AreNotPunishedForTheirAddress()
    {
        await using var node = await PubsubNode.StartAsync(Scored);
        var others = new List<PubsubNode>();
        try
        {
            for (var i = 0; i < Parameters.ColocationThreshold + 2; i++)
            {
                var other = await PubsubNode.StartAsync(Scored);
                others.Add(other);
                await other.ConnectAsync(node);
            }
            await PubsubNode.UntilAsync(async () => (await node.Pubsub.PeersAsync(Topic)).Count == others.Count);

            foreach (var other in others) Assert.That(await node.Pubsub.ScoreAsync(other.Id), Is.GreaterThanOrEqualTo(0));
        }
        finally
        {
            foreach (var other in others) await other.DisposeAsync();
        }
    }

    [Test]
    public async Task WhereLoopbackIsNotAllowed_ManyNodesOnItArePunished()
    {
        var strict = Scored with { Scoring = Parameters with { ColocationAllowed = [], ColocationThreshold = 1 } };
        await using var node = await PubsubNode.StartAsync(strict);
        await using var a = await PubsubNode.StartAsync();
        await using var b = await PubsubNode.StartAsync();
        await a.ConnectAsync(node);
        await b.ConnectAsync(node);

        await PubsubNode.UntilAsync(async () => await node.Pubsub.ScoreAsync(a.Id) <= -90 && await node.Pubsub.ScoreAsync(b.Id) <= -90);
        await PubsubNode.UntilAsync(async () => (await node.Pubsub.MeshPeersAsync(Topic)).Count == 0);

        Assert.That(node.Host.ConnectedPeers, Has.Count.EqualTo(2));
    }

    /// <summary>A host that speaks the protocol by hand: what we write to it, it reads and forgets.</summary>
    private static async Task<Host> AttackerAsync(KeyPair keys, PubsubNode victim)
    {
        var attacker = new Host(keys);
        attacker.Handle(Protocols[0], (stream, cancellationToken) => stream.CopyToAsync(Stream.Null, cancellationToken));
        await attacker.StartAsync();
        await attacker.ConnectAsync(victim.Id, victim.Host.Addresses);
        return attacker;
    }

    private static async Task SendAsync(PeerStream stream, Rpc rpc) => await LengthPrefixed.WriteAsync(stream, RpcEncoder.Encode(rpc));
}
