using System.Threading.Channels;
using HyphaMarket.Libp2p.Gossipsub;
using HyphaMarket.Libp2p.Gossipsub.Scoring;
using HyphaMarket.Libp2p.Gossipsub.Wire;
using HyphaMarket.Libp2p.Identity;
using HyphaMarket.Libp2p.Tests.Gossipsub.Driver;

namespace HyphaMarket.Libp2p.Tests.Attacks;

/// <summary>A victim and an honest friend that gossip with the recommended score, and an attacker that writes its RPCs by hand.</summary>
internal sealed class GossipScene : IAsyncDisposable
{
    public const string Topic = "attacked";
    public const string Protocol = "/meshsub/1.2.0";

    /// <summary>The stream that the attacker writes its RPCs to.</summary>
    private const uint Stream = 1;

    private readonly Channel<PubsubMessage> _atVictim = Channel.CreateUnbounded<PubsubMessage>(), _atFriend = Channel.CreateUnbounded<PubsubMessage>();
    private readonly AttackScene _scene;
    private readonly CancellationToken _deadline;

    private GossipScene(AttackScene scene, GossipsubOptions options, CancellationToken deadline)
    {
        _scene = scene;
        _deadline = deadline;
        Victim = GossipsubService.Start(scene.Victim, options);
        Friend = GossipsubService.Start(scene.Friend, options);
        Attacker = null!;
    }

    public GossipsubService Victim { get; }

    public GossipsubService Friend { get; }

    public PeerId FriendId => _scene.Friend.Id;

    public RawPeer Attacker { get; private set; }

    /// <summary>Keys of the attacker's, and of authors it invents.</summary>
    public KeyPair Keys { get; } = KeyPair.Generate();

    /// <summary>Starts all three; data that begins with 0 is wrong for everybody. The attacker has told that it is subscribed.</summary>
    public static async Task<GossipScene> StartAsync(CancellationToken deadline, bool subscribed = true)
    {
        // A quick heartbeat and a quick end of promises, so that an attack of minutes takes seconds.
        var options = new GossipsubOptions
        {
            HeartbeatInterval = TimeSpan.FromMilliseconds(100), IWantFollowupTime = TimeSpan.FromMilliseconds(300), Scoring = PeerScoreParameters.Recommended,
        };
        var scene = new GossipScene(await AttackScene.StartAsync(), options, deadline);
        var topic = new TopicOptions { Validator = (_, message, _) => ValueTask.FromResult(message.Data.Span[0] == 0 ? Validation.Reject : Validation.Accept) };
        await scene.Victim.SubscribeAsync(Topic, topic, (_, message, token) => scene._atVictim.Writer.WriteAsync(message, token), deadline);
        await scene.Friend.SubscribeAsync(Topic, topic, (_, message, token) => scene._atFriend.Writer.WriteAsync(message, token), deadline);
        await scene.UntilAsync(async () =>
            (await scene.Victim.MeshPeersAsync(Topic)).Contains(scene._scene.Friend.Id) && (await scene.Friend.MeshPeersAsync(Topic)).Contains(scene._scene.Victim.Id));
        scene.Attacker = await RawPeer.ConnectAsync(scene._scene.Victim, scene.Keys);
        Assert.That(await scene.Attacker.TrySendAsync(RawPeer.Open(Stream, Protocol), deadline), Is.True);
        await scene.Attacker.DataOn(Stream).WaitAsync(deadline);
        if (!subscribed) return scene;
        await scene.SendAsync(new Rpc { Subscriptions = [new SubscriptionChange(Topic, true)] });
        await scene.UntilAsync(async () => (await scene.Victim.MeshPeersAsync(Topic)).Contains(scene.Attacker.Id));
        return scene;
    }

    public long Count(GossipsubCounter counter) => Victim.Counters[counter];

    public Task<double> ScoreAsync() => Victim.ScoreAsync(Attacker.Id);

    public async Task SendAsync(Rpc rpc) =>
        Assert.That(await Attacker.TrySendWithinWindowAsync(Stream, RawPeer.Prefixed(RpcEncoder.Encode(rpc)), _deadline), Is.True, "the attacker's stream is open");

    public Task UntilAsync(Func<Task<bool>> holds) => PubsubNode.UntilAsync(holds);

    /// <summary>Waits until the victim has worked off everything sent, which a subscription behind it shows, or listens no more.</summary>
    public async Task SettleAsync()
    {
        const string Marker = "everything before this was read";
        await SendAsync(new Rpc { Subscriptions = [new SubscriptionChange(Marker, true)] });
        await UntilAsync(async () =>
            (await Victim.PeersAsync(Marker)).Contains(Attacker.Id) || await ScoreAsync() < PeerScoreParameters.Recommended.Thresholds.Graylist);
    }

    /// <summary>Sends what the attack consists of, again and again, until the attacker's score is below the threshold.</summary>
    public async Task AttackUntilAsync(double below, Func<int, Rpc> next)
    {
        for (var i = 0; await ScoreAsync() >= below; i++)
        {
            await SendAsync(next(i));
            _deadline.ThrowIfCancellationRequested();
        }
    }

    /// <summary>The attacker is in no mesh, honest messages go both ways, and live memory stays within the cap.</summary>
    public async Task AssertWithstoodAsync(int mebibytes)
    {
        await UntilAsync(async () => !(await Victim.MeshPeersAsync(Topic)).Contains(Attacker.Id));
        for (byte i = 1; i <= 20; i++)
        {
            Assert.That((await Friend.PublishAsync(Topic, new[] { i, (byte)'f' })).Status, Is.EqualTo(PublishStatus.Sent));
            Assert.That((await Victim.PublishAsync(Topic, new[] { i, (byte)'v' })).Status, Is.EqualTo(PublishStatus.Sent));
        }
        await AssertReceivedAsync(_atVictim, (byte)'f');
        await AssertReceivedAsync(_atFriend, (byte)'v');
        Assert.That(await Victim.MeshPeersAsync(Topic), Is.EqualTo(new[] { _scene.Friend.Id }));
        Assert.That(await Victim.ScoreAsync(_scene.Friend.Id), Is.GreaterThan(0), "the friend keeps its good name");
        await _scene.AssertFriendIsServedAsync();
        _scene.AssertMemoryGrewLessThan(mebibytes);
    }

    /// <summary>What the attacker sends is not even decoded any more.</summary>
    public async Task AssertIgnoredAsync()
    {
        var before = (Ignored: Count(GossipsubCounter.RpcsIgnored), Asked: Count(GossipsubCounter.IdsAsked), Refused: Count(GossipsubCounter.GraftsRefused));
        for (var i = 0; i < 100; i++) await SendAsync(new Rpc { Graft = [Topic], IHave = [new IHave(Topic, [new MessageId([1, 2, 3])])] });
        await UntilAsync(() => Task.FromResult(Count(GossipsubCounter.RpcsIgnored) >= before.Ignored + 100));
        await UntilAsync(() => Task.FromResult(_scene.Victim.ValueOf(Attacker.Id) < 0));
        Assert.That((Count(GossipsubCounter.IdsAsked), Count(GossipsubCounter.GraftsRefused)), Is.EqualTo((before.Asked, before.Refused)));
    }

    /// <summary>Publishes a message of the victim's, which is then in its cache.</summary>
    public async Task<MessageId> PublishAsync() => (await Victim.PublishAsync(Topic, new byte[] { 99 }, cancellationToken: _deadline)).MessageId;

    /// <summary>What the friend was given besides the messages that the end of the attack is checked with.</summary>
    public int TakeAtFriend()
    {
        var count = 0;
        while (_atFriend.Reader.TryRead(out _)) count++;
        return count;
    }

    public async ValueTask DisposeAsync()
    {
        await Friend.DisposeAsync();
        await Victim.DisposeAsync();
        await Attacker.DisposeAsync();
        await _scene.DisposeAsync();
        Keys.Dispose();
    }

    private async Task AssertReceivedAsync(Channel<PubsubMessage> at, byte mark)
    {
        var numbers = new HashSet<byte>();
        while (numbers.Count < 20)
        {
            var message = await at.Reader.ReadAsync(_deadline);
            if (message.Data.Length == 2 && message.Data.Span[1] == mark) Assert.That(numbers.Add(message.Data.Span[0]), Is.True, "given once");
        }
    }
}
