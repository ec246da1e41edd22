using HyphaMarket.Libp2p.Gossipsub.Wire;

namespace HyphaMarket.Libp2p.Gossipsub.Routing;

internal sealed partial class GossipsubRouter
{
    /// <summary>Back-offs are swept so rarely because it only frees memory. The value is that of go-libp2p and js-libp2p.</summary>
    private const int HeartbeatsBetweenSweeps = 15;

    private long _heartbeats;
    private TimeSpan? _lastHeartbeat;

    /// <summary>How long this process has stood still in all; promises fall due by a clock that stood still with it.</summary>
    private TimeSpan _paused;

    private TimeSpan _nextOpportunistic = TimeSpan.MinValue;

    /// <summary>Whether this heartbeat looks for better mesh peers.</summary>
    private bool _opportunistic;

    /// <summary>Once every <see cref="GossipsubOptions.HeartbeatInterval"/>: maintains meshes and fanouts, gossips, and renews the peers' allowances.</summary>
    public void OnHeartbeat(TimeSpan now)
    {
        // Where the heartbeat itself is late, so was everything that waited with it in our queues: nobody is blamed for our own pause.
        if (_lastHeartbeat is { } last && now - last > 2 * _options.HeartbeatInterval) _paused += now - last - _options.HeartbeatInterval;
        _lastHeartbeat = now;
        _heartbeats++;
        foreach (var peer in _peers.Values)
        {
            peer.IHaveMessages = 0;
            peer.IdsAsked = 0;
            peer.IdsWanted = 0;
            peer.IdsRefused = 0;
            peer.RefusalsSent = 0;
            // v1.2: "Old entries from dont_send_message_ids SHOULD be pruned during heartbeat processing".
            peer.Unwanted?.Expire(before: _heartbeats - _options.IDontWantHeartbeats);
        }
        if (_heartbeats % HeartbeatsBetweenSweeps == 0) _backoffs.Sweep(now, _options.BackoffSlack);
        foreach (var peer in _promises.TakeBroken(now - _paused))
        {
            _counters.Add(GossipsubCounter.BrokenPromises);
            _score.OnMisbehaviour(now, peer, Misbehaviour.BrokenPromise);
        }
        _score.OnHeartbeat(now);
        _opportunistic = now >= _nextOpportunistic;
        if (_opportunistic) _nextOpportunistic = now + _options.OpportunisticGraftInterval;

        var gossip = _cache.GossipIds();
        foreach (var topic in _ownTopics.ToArray())
        {
            if (topic.Joined) MaintainMesh(now, topic);
            else MaintainFanout(now, topic);
            if (gossip.TryGetValue(topic.Name, out var ids)) Gossip(topic, ids);
        }
        _cache.Shift();
        _seen.Expire(now);
    }

    private void MaintainMesh(TimeSpan now, TopicState topic)
    {
        // v1.1: "Peers with negative score are pruned from all meshes".
        foreach (var peer in topic.Mesh.Where(peer => _score.Score(peer.Id) < 0).ToArray()) PruneMember(now, topic, peer, _options.PruneBackoff);

        // v1.0: "if |mesh[topic]| < D_low: select D - |mesh[topic]| peers from peers.gossipsub[topic] - mesh[topic]".
        if (topic.Mesh.Count < _options.DegreeLow)
        {
            foreach (var peer in Draw(topic.Peers, _options.Degree - topic.Mesh.Count, peer => CanGraft(now, topic, peer))) Graft(now, topic, peer);
        }
        if (topic.Mesh.Count > _options.DegreeHigh) PruneSurplus(now, topic);

        if (_opportunistic) GraftOpportunistically(now, topic);

        // v1.1: "if the peer already has at least D_lo peers in the mesh but not enough outbound connections, then it selects as many needed
        // peers to fill the quota and grafts them in the mesh".
        if (topic.Mesh.Count < _options.DegreeLow) return;
        var missing = _options.DegreeOutbound - topic.Mesh.Count(peer => peer.Outbound);
        foreach (var peer in Draw(topic.Peers, missing, peer => peer.Outbound && CanGraft(now, topic, peer))) Graft(now, topic, peer);
    }

    /// <summary>
    /// v1.1: "the peer keeps the best D_score scoring peers and selects the remaining peers to keep at random ... under the constraint that D_out
    /// peers are outbound connections; if the scoring plus random selection does not result in enough outbound connections, then we replace the
    /// random and lower scoring peers in the selection with outbound connection peers".
    /// </summary>
    private void PruneSurplus(TimeSpan now, TopicState topic)
    {
        var members = topic.Mesh.ToList();
        // Shuffled first, so that among equal scores chance decides.
        Shuffle(members, members.Count);
        var byScore = members.OrderByDescending(peer => _score.Score(peer.Id)).ToList();
        var others = byScore.Skip(_options.DegreeScore).ToList();
        Shuffle(others, others.Count);
        var keep = byScore.Take(_options.DegreeScore).Concat(others.Take(_options.Degree - _options.DegreeScore)).ToList();
        var drop = others.Skip(_options.Degree - _options.DegreeScore).ToList();

        var outbound = keep.Count(peer => peer.Outbound);
        for (var i = keep.Count - 1; i >= 0 && outbound < _options.DegreeOutbound; i--)
        {
            var substitute = drop.FindIndex(peer => peer.Outbound);
            if (substitute < 0) break;
            if (keep[i].Outbound) continue;
            (keep[i], drop[substitute]) = (drop[substitute], keep[i]);
            outbound++;
        }
        foreach (var peer in drop) PruneMember(now, topic, peer, _options.PruneBackoff, exchange: true);
    }

    /// <summary>
    /// v1.1: "If the median score is below the threshold, the router opportunistically grafts (at least) two peers with score above the median in the mesh."
    /// A mesh that was taken over by peers that deliver nothing so comes to peers that proved themselves by gossip.
    /// </summary>
    private void GraftOpportunistically(TimeSpan now, TopicState topic)
    {
        // With one member there is no median to speak of, and undersubscription already grafts.
        if (topic.Mesh.Count < 2) return;
        var scores = topic.Mesh.Select(peer => _score.Score(peer.Id)).Order().ToArray();
        var median = scores[scores.Length / 2];
        if (median >= _score.Thresholds.OpportunisticGraft) return;
        foreach (var peer in Draw(topic.Peers, _options.OpportunisticGraftPeers, peer => _score.Score(peer.Id) > median && CanGraft(now, topic, peer)))
        {
            _counters.Add(GossipsubCounter.OpportunisticGrafts);
            Graft(now, topic, peer);
        }
    }

    private void MaintainFanout(TimeSpan now, TopicState topic)
    {
        if (topic.FanoutUsed is not { } used || now - used > _options.FanoutTtl)
        {
            DropFanout(topic);
            return;
        }
        foreach (var peer in topic.Fanout.Where(peer => !Passes(peer, _score.Thresholds.Publish)).ToArray()) topic.Fanout.Remove(peer);
        foreach (var peer in Draw(topic.Peers, _options.Degree - topic.Fanout.Count,
            peer => peer.HasMesh && !topic.Fanout.Contains(peer) && Passes(peer, _score.Thresholds.Publish)))
        {
            topic.Fanout.Add(peer);
        }
    }

    /// <summary>Advertises recent messages to some of the topic's peers that do not get them from us anyway.</summary>
    private void Gossip(TopicState topic, List<MessageId> ids)
    {
        var eligible = (PeerState peer) =>
            peer.HasMesh && !topic.Mesh.Contains(peer) && !topic.Fanout.Contains(peer) && Passes(peer, _score.Thresholds.Gossip);
        // v1.1: "it randomly selects gossip factor peers with a minimum of D_lazy".
        var count = Math.Max(_options.DegreeLazy, (int)(_options.GossipFactor * topic.Peers.Count(eligible)));
        foreach (var peer in Draw(topic.Peers, count, eligible))
        {
            // Each peer gets a draw of its own where not all fit, so that together they learn of more.
            Shuffle(ids, _options.MaxIHaveLength);
            var advertised = ids.Take(_options.MaxIHaveLength).ToList();
            _counters.Add(GossipsubCounter.IdsAdvertised, advertised.Count);
            Send(peer, new Rpc { IHave = [new IHave(topic.Name, advertised)] }, SendPriority.Gossip);
        }
    }
}
