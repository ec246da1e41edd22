using HyphaMarket.Libp2p.Gossipsub;
using HyphaMarket.Libp2p.Gossipsub.Routing;
using HyphaMarket.Libp2p.Gossipsub.Wire;
using HyphaMarket.Libp2p.Identity;

namespace HyphaMarket.Libp2p.Tests.Gossipsub.Routing;

/// <summary>One router with a clock of its own, its effects sorted by kind.</summary>
internal sealed class RouterHarness
{
    public const string Topic = "t";

    /// <summary>Anyone may speak and nothing is asked, so that a message is accepted at once.</summary>
    public static readonly TopicOptions Open = new() { SignaturePolicy = SignaturePolicy.StrictNoSign };

    private readonly List<(PeerId To, Rpc Rpc)> _sent = [];

    public RouterHarness(GossipsubOptions? options = null, IPeerScore? score = null, Func<PeerId, ReadOnlyMemory<byte>?>? signedRecordOf = null) =>
        Router = new GossipsubRouter(options ?? new GossipsubOptions(), TestPeers.Peer(0), new Random(1), score: score, signedRecordOf: signedRecordOf);

    public GossipsubRouter Router { get; }
    public TimeSpan Now { get; set; } = TimeSpan.FromHours(1);
    public List<Deliver> Delivered { get; } = [];
    public Queue<Validate> Validations { get; } = new();
    public List<Withdraw> Withdrawn { get; } = [];
    public List<ConnectTo> Suggested { get; } = [];
    public long Count(GossipsubCounter counter) => Router.Counters[counter];

    /// <summary>Adds peers 1 to n, subscribed to the topic.</summary>
    public RouterHarness WithPeers(int count, bool outbound = false, GossipVersion version = GossipVersion.MeshV11)
    {
        var first = Router.PeerCount + 1;
        for (var i = first; i < first + count; i++)
        {
            Router.OnPeer(Now, TestPeers.Peer(i), version, outbound);
            Receive(i, new Rpc { Subscriptions = [new SubscriptionChange(Topic, true)] });
        }
        return this;
    }

    public RouterHarness Subscribed(TopicOptions? options = null)
    {
        Router.Subscribe(Now, Topic, options ?? Open);
        Collect();
        return this;
    }

    public void Receive(int peer, Rpc rpc)
    {
        Router.OnRpc(Now, TestPeers.Peer(peer), rpc);
        Collect();
    }

    public void Receive(int peer, PubsubMessage message) => Receive(peer, new Rpc { Messages = [message] });

    public void Answer(Validate request, ValidationOutcome outcome)
    {
        Router.OnValidated(Now, request.Ticket, outcome);
        Collect();
    }

    public void Authenticate(Validate request)
    {
        Router.OnAuthentic(request.Ticket);
        Collect();
    }

    public PublishResult Publish(PubsubMessage message, TopicOptions? options = null)
    {
        var result = Router.Publish(Now, message, options ?? Open);
        Collect();
        return result;
    }

    public void Heartbeat(int count = 1)
    {
        for (; count > 0; count--)
        {
            Now += TimeSpan.FromSeconds(1);
            Router.OnHeartbeat(Now);
            Collect();
        }
    }

    /// <summary>Takes what was sent to one peer since the last look at it.</summary>
    public List<Rpc> TakeSent(int peer)
    {
        Collect();
        var taken = _sent.Where(sent => sent.To == TestPeers.Peer(peer)).Select(sent => sent.Rpc).ToList();
        _sent.RemoveAll(sent => sent.To == TestPeers.Peer(peer));
        return taken;
    }

    /// <summary>Takes everything that was sent since the last look.</summary>
    public List<(PeerId To, Rpc Rpc)> TakeAllSent()
    {
        Collect();
        var taken = _sent.ToList();
        _sent.Clear();
        return taken;
    }

    private void Collect()
    {
        while (Router.TryTake(out var effect))
        {
            switch (effect)
            {
                case SendRpc send: _sent.Add((send.To, send.Rpc)); break;
                case Deliver delivery: Delivered.Add(delivery); break;
                case Withdraw withdraw: Withdrawn.Add(withdraw); break;
                case ConnectTo suggestion: Suggested.Add(suggestion); break;
                case Validate request: Validations.Enqueue(request); break;
                default: throw new InvalidOperationException(effect.ToString());
            }
        }
    }
}
