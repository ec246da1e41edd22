using HyphaMarket.Libp2p.Gossipsub.Wire;
using HyphaMarket.Libp2p.Identity;

namespace HyphaMarket.Libp2p.Gossipsub.Routing;

internal sealed partial class GossipsubRouter
{
    /// <summary>Joins a topic: tells every peer, and grafts up to D members.</summary>
    /// <exception cref="InvalidOperationException">We are subscribed already, or to too many topics.</exception>
    public void Subscribe(TimeSpan now, string name, TopicOptions options)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentNullException.ThrowIfNull(options);
        if (_topics.TryGetValue(name, out var known) && known.Joined) throw new InvalidOperationException($"Already subscribed to {name}.");
        if (_ownTopics.Count(own => own.Joined) >= _options.MaxTopics) throw new InvalidOperationException($"Subscribed to {_options.MaxTopics} topics, the most allowed.");

        var topic = TopicOf(name);
        topic.Options = options;
        _ownTopics.Add(topic);
        foreach (var peer in _peers.Values) Send(peer, new Rpc { Subscriptions = [new SubscriptionChange(name, true)] }, SendPriority.Control);

        // v1.0, JOIN: "If there are peers in fanout[topic], the router will move those peers from the fanout map to mesh[topic]".
        foreach (var peer in topic.Fanout)
        {
            if (topic.Mesh.Count < _options.Degree && CanGraft(now, topic, peer)) Graft(now, topic, peer);
        }
        DropFanout(topic);
        foreach (var peer in Draw(topic.Peers, _options.Degree - topic.Mesh.Count, peer => CanGraft(now, topic, peer))) Graft(now, topic, peer);
    }

    /// <summary>Leaves a topic: prunes its mesh and tells every peer. Messages under validation are no longer delivered.</summary>
    public void Unsubscribe(TimeSpan now, string name)
    {
        if (!_topics.TryGetValue(name, out var topic) || !topic.Joined) return;
        foreach (var peer in topic.Mesh.ToArray()) PruneMember(now, topic, peer, _options.UnsubscribeBackoff);
        foreach (var peer in _peers.Values) Send(peer, new Rpc { Subscriptions = [new SubscriptionChange(name, false)] }, SendPriority.Control);
        topic.Options = null;
        if (topic.FanoutUsed is null) _ownTopics.Remove(topic);
        ForgetIfUnused(topic);
    }

    private void SendSubscriptions(PeerState peer)
    {
        var subscriptions = new List<SubscriptionChange>();
        foreach (var topic in _ownTopics)
        {
            if (topic.Joined) subscriptions.Add(new SubscriptionChange(topic.Name, true));
        }
        if (subscriptions.Count > 0) Send(peer, new Rpc { Subscriptions = subscriptions }, SendPriority.Control);
    }

    private void HandleSubscription(TimeSpan now, PeerState peer, SubscriptionChange change)
    {
        if (!change.Subscribe)
        {
            if (_topics.TryGetValue(change.Topic, out var left)) RemoveFromTopic(now, peer, left);
            return;
        }
        if (peer.Topics.Count >= _options.MaxSubscriptionsPerPeer)
        {
            if (!_topics.TryGetValue(change.Topic, out var held) || !peer.Topics.Contains(held)) _counters.Add(GossipsubCounter.SubscriptionsPassedOver);
            return;
        }
        var topic = TopicOf(change.Topic);
        if (!peer.Topics.Add(topic)) return;
        topic.Peers.Add(peer);
        // The heartbeat would do it within a second; a mesh that is too thin to carry messages need not wait for it.
        if (topic.Joined && topic.Mesh.Count < _options.DegreeLow && CanGraft(now, topic, peer)) Graft(now, topic, peer);
    }

    private void RemoveFromTopic(TimeSpan now, PeerState peer, TopicState topic)
    {
        if (!peer.Topics.Remove(topic)) return;
        topic.Peers.Remove(peer);
        topic.Fanout.Remove(peer);
        RemoveFromMesh(now, topic, peer);
        ForgetIfUnused(topic);
    }

    private void DropFanout(TopicState topic)
    {
        foreach (var peer in topic.Fanout.ToArray()) topic.Fanout.Remove(peer);
        topic.FanoutUsed = null;
        if (!topic.Joined) _ownTopics.Remove(topic);
        ForgetIfUnused(topic);
    }

    /// <summary>Whether we may add the peer to our mesh of our own accord. v1.1: "peers with a negative score are ignored".</summary>
    private bool CanGraft(TimeSpan now, TopicState topic, PeerState peer) =>
        peer.HasMesh && !topic.Mesh.Contains(peer) && _score.Score(peer.Id) >= 0
        && !_backoffs.IsActive(now, topic.Name, peer.Id, _options.BackoffSlack);

    private void AddToMesh(TimeSpan now, TopicState topic, PeerState peer)
    {
        if (!topic.Mesh.Add(peer)) return;
        peer.Meshes++;
        _counters.Add(GossipsubCounter.Grafts);
        _score.OnGraft(now, peer.Id, topic.Name);
    }

    private void RemoveFromMesh(TimeSpan now, TopicState topic, PeerState peer)
    {
        if (!topic.Mesh.Remove(peer)) return;
        // What it did not want is of no more use: it gets no copies unasked.
        if (--peer.Meshes == 0) peer.Unwanted = null;
        _counters.Add(GossipsubCounter.Prunes);
        _score.OnPrune(now, peer.Id, topic.Name);
    }

    private void Graft(TimeSpan now, TopicState topic, PeerState peer)
    {
        AddToMesh(now, topic, peer);
        Send(peer, new Rpc { Graft = [topic.Name] }, SendPriority.Control);
    }

    /// <summary>Takes a peer out of the mesh, if it is in, and tells it for how long.</summary>
    /// <param name="exchange">Whether we have too many members, so that other peers are suggested to it where peer exchange is on.</param>
    private void PruneMember(TimeSpan now, TopicState topic, PeerState peer, TimeSpan backoff, bool exchange = false)
    {
        RemoveFromMesh(now, topic, peer);
        // v1.1: "both the pruned and the pruning peer add a backoff period from each other".
        _backoffs.Set(now, topic.Name, peer.Id, backoff);
        ulong? seconds = peer.Version >= GossipVersion.MeshV11 ? (ulong)Math.Ceiling(backoff.TotalSeconds) : null;
        var suggested = exchange && _options.PeerExchange && seconds is not null ? PeersToExchange(topic, peer) : [];
        Send(peer, new Rpc { Prune = [new Prune(topic.Name, seconds, suggested)] }, SendPriority.Control);
    }

    /// <summary>v1.1: "no PX information is emitted towards [peers below 0] ... when performing PX only peers with non-negative scores are exchanged".</summary>
    private IReadOnlyList<PeerExchangeRecord> PeersToExchange(TopicState topic, PeerState pruned)
    {
        if (_score.Score(pruned.Id) < 0) return [];
        var suggested = new List<PeerExchangeRecord>();
        foreach (var peer in Draw(topic.Peers, _options.PeersToExchange, peer => peer != pruned && peer.HasMesh && _score.Score(peer.Id) >= 0))
        {
            // v1.1: "the emitting peer is allowed to omit the signed peer record if it doesn't have one".
            suggested.Add(new PeerExchangeRecord(peer.Id.Bytes, _signedRecordOf?.Invoke(peer.Id) ?? default));
        }
        _counters.Add(GossipsubCounter.PeersExchanged, suggested.Count);
        return suggested;
    }
}
