using HyphaMarket.Libp2p.Gossipsub.Wire;

namespace HyphaMarket.Libp2p.Gossipsub.Routing;

public sealed partial class GossipsubRouter
{
    private void HandleControl(TimeSpan now, PeerState peer, Rpc rpc)
    {
        // v1.1: "when a peer's score drops below [gossipThreshold], ... gossip from that peer is ignored".
        if (_score.Score(peer.Id) >= _score.Thresholds.Gossip)
        {
            HandleIHaves(now, peer, rpc.IHave);
            HandleIWant(now, peer, rpc.IWant);
        }
        foreach (var topic in rpc.Graft)
        {
            // Every refusal is a PRUNE from us; a flood must not buy more of them than the penalty allows.
            if (IsGraylisted(peer)) return;
            HandleGraft(now, peer, topic);
        }
        foreach (var prune in rpc.Prune) HandlePrune(now, peer, prune);
        // IDONTWANT (v1.2) is a hint: "The receiver in turn MAY ignore IDONTWANT". We do not announce v1.2 yet.
    }

    /// <summary>Asks for advertised messages that we do not know, within the caps of one heartbeat.</summary>
    private void HandleIHaves(TimeSpan now, PeerState peer, IReadOnlyList<IHave> ihaves)
    {
        List<MessageId>? wanted = null;
        HashSet<MessageId>? once = null;
        foreach (var ihave in ihaves)
        {
            // v1.1: "IHAVE messages are capped to a certain number of IHAVE messages and aggregate number of message IDs advertised per heartbeat".
            if (peer.IHaveMessages >= _options.MaxIHaveMessages || peer.IdsAsked + (wanted?.Count ?? 0) >= _options.MaxIHaveLength)
            {
                _counters.Add(GossipsubCounter.IHavesPassedOver);
                continue;
            }
            peer.IHaveMessages++;
            if (!_topics.TryGetValue(ihave.Topic, out var topic) || !topic.Joined) continue;
            foreach (var id in ihave.MessageIds)
            {
                if (id.Length == 0 || _seen.Contains(now, id) || _pending.Contains(id)) continue;
                if ((once ??= []).Add(id)) (wanted ??= []).Add(id);
            }
        }
        if (wanted is null) return;

        // Drawn at random, so that an advertiser cannot choose what is left out.
        var room = _options.MaxIHaveLength - peer.IdsAsked;
        Shuffle(wanted, room);
        if (wanted.Count > room) wanted.RemoveRange(room, wanted.Count - room);
        peer.IdsAsked += wanted.Count;
        _counters.Add(GossipsubCounter.IdsAsked, wanted.Count);
        _promises.Add(wanted[_random.Next(wanted.Count)], peer.Id, now + _options.IWantFollowupTime);
        Send(peer, new Rpc { IWant = wanted }, SendPriority.Gossip);
    }

    private void HandleIWant(TimeSpan now, PeerState peer, IReadOnlyList<MessageId> ids)
    {
        var excessive = false;
        foreach (var id in ids)
        {
            if (peer.IdsWanted >= _options.MaxIWantIds)
            {
                _counters.Add(GossipsubCounter.IWantsPassedOver);
                excessive = true;
                continue;
            }
            peer.IdsWanted++;
            if (_cache.Get(id) is not { } entry) continue;
            // v1.1: "the router responds a limited number of times to each peer so that IWANT spam does not cause a significant drain of resources".
            if (entry.CountTransmission(peer) >= _options.GossipRetransmission)
            {
                _counters.Add(GossipsubCounter.IWantsPassedOver);
                excessive = true;
                continue;
            }
            _counters.Add(GossipsubCounter.IWantsServed);
            Send(peer, new Rpc { Messages = [entry.Message] }, SendPriority.Message);
        }
        // We advertise an id to the same peer at most as often as we serve it, so an honest peer never comes here. Once for the RPC, whatever it holds.
        if (excessive) _score.OnMisbehaviour(now, peer.Id, Misbehaviour.ExcessiveIWant);
    }

    private void HandleGraft(TimeSpan now, PeerState peer, string name)
    {
        // v1.1: "GRAFT messages for unknown topics are ignored", or they would be a way to have us send PRUNEs.
        if (!_topics.TryGetValue(name, out var topic) || !topic.Joined || topic.Mesh.Contains(peer)) return;

        if (_backoffs.IsActive(now, name, peer.Id))
        {
            // v1.1: "will immediately prune a GRAFT within the backoff period and extend it".
            _counters.Add(GossipsubCounter.GraftsDuringBackoff);
            _score.OnMisbehaviour(now, peer.Id, Misbehaviour.GraftDuringBackoff);
            RefuseGraft(now, topic, peer);
        }
        else if (!topic.Peers.Contains(peer) || _score.Score(peer.Id) < 0)
        {
            RefuseGraft(now, topic, peer);
        }
        else if (topic.Mesh.Count >= _options.DegreeHigh && !peer.Outbound)
        {
            // v1.1: "while oversubscribed (with mesh degree at D_hi or higher), it only accepts the new peer in the mesh if it is an outbound connection".
            RefuseGraft(now, topic, peer);
        }
        else
        {
            AddToMesh(now, topic, peer);
        }
    }

    private void RefuseGraft(TimeSpan now, TopicState topic, PeerState peer)
    {
        _counters.Add(GossipsubCounter.GraftsRefused);
        PruneMember(now, topic, peer, _options.PruneBackoff);
    }

    private void HandlePrune(TimeSpan now, PeerState peer, Prune prune)
    {
        if (!_topics.TryGetValue(prune.Topic, out var topic) || !topic.Joined) return;
        if (topic.Mesh.Remove(peer))
        {
            _counters.Add(GossipsubCounter.Prunes);
            _score.OnPrune(now, peer.Id, topic.Name);
        }
        var backoff = prune.BackoffSeconds switch
        {
            null or 0 => _options.PruneBackoff,
            var seconds when seconds >= _options.MaxBackoff.TotalSeconds => _options.MaxBackoff,
            var seconds => TimeSpan.FromSeconds(seconds.Value),
        };
        _backoffs.Set(now, topic.Name, peer.Id, backoff);
        // Peers suggested here may be an attacker's; they are not used until there is a score that can say whom to trust.
        if (prune.Peers.Count > 0) _counters.Add(GossipsubCounter.PeerExchangeIgnored, prune.Peers.Count);
    }
}
