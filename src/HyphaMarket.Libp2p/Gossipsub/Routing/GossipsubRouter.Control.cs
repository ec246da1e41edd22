using HyphaMarket.Libp2p.Gossipsub.Wire;
using HyphaMarket.Libp2p.Identity;

namespace HyphaMarket.Libp2p.Gossipsub.Routing;

internal sealed partial class GossipsubRouter
{
    private void HandleControl(TimeSpan now, PeerState peer, Rpc rpc)
    {
        // v1.1: "when a peer's score drops below [gossipThreshold], ... gossip from that peer is ignored".
        if (Passes(peer, _score.Thresholds.Gossip))
        {
            HandleIHaves(now, peer, rpc.IHave);
            HandleIWant(now, peer, rpc.IWant);
        }
        HandleIDontWant(now, peer, rpc.IDontWant);
        foreach (var topic in rpc.Graft)
        {
            // Every refusal is a PRUNE from us; a flood must not buy more of them than the penalty allows.
            if (IsGraylisted(peer)) return;
            HandleGraft(now, peer, topic);
        }
        foreach (var prune in rpc.Prune) HandlePrune(now, peer, prune);
    }

    /// <summary>v1.2: "the messageId is added to the dont_send_message_ids set"; what of it still waits for the peer's stream is withdrawn.</summary>
    private void HandleIDontWant(TimeSpan now, PeerState peer, IReadOnlyList<MessageId> ids)
    {
        if (ids.Count == 0) return;
        // v1.2: "To prevent DoS the number of IDONTWANT control messages is limited to max_idontwant_messages per heartbeat".
        var room = _options.MaxIDontWantIds - peer.IdsRefused;
        if (ids.Count > room)
        {
            _counters.Add(GossipsubCounter.IDontWantsPassedOver, ids.Count - room);
            _score.OnMisbehaviour(now, peer.Id, Misbehaviour.ExcessiveIDontWant);
            ids = [.. ids.Take(room)];
        }
        peer.IdsRefused += ids.Count;
        // Only members of a mesh get copies unasked, and "it immediately broadcasts IDONTWANT ... to all its mesh peers".
        if (peer.Meshes == 0)
        {
            _counters.Add(GossipsubCounter.IDontWantsPassedOver, ids.Count);
            return;
        }
        if (ids.Count == 0) return;
        var unwanted = peer.Unwanted ??= new UnwantedIds(_options.MaxIDontWantHeld);
        foreach (var id in ids) unwanted.Add(id, _heartbeats);
        _effects.Enqueue(new Withdraw(peer.Id, ids));
    }

    /// <summary>Tells the mesh that a large message is here, so that nobody sends another copy; once for each message.</summary>
    private void AnnounceArrival(TopicState topic, MessageId id, PubsubMessage message, IndexedSet<PeerState> sources)
    {
        if (message.Encoded.Length < _options.IDontWantThreshold) return;
        Rpc? rpc = null;
        foreach (var peer in topic.Mesh)
        {
            // Whoever sent it will not send it again; and more than the peer would hold is of no use.
            if (peer.Version < GossipVersion.MeshV12 || sources.Contains(peer) || peer.RefusalsSent >= _options.MaxIDontWantHeld) continue;
            peer.RefusalsSent++;
            _counters.Add(GossipsubCounter.IdsRefused);
            Send(peer, rpc ??= new Rpc { IDontWant = [id] }, SendPriority.Refusal);
        }
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
        _promises.Add(wanted[_random.Next(wanted.Count)], peer.Id, now - _paused + _options.IWantFollowupTime);
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
            SendMessage(peer, new Rpc { Messages = [entry.Message] }, id);
        }
        // We advertise an id to the same peer at most as often as we serve it, so an honest peer never comes here. Once for the RPC, whatever it holds.
        if (excessive) _score.OnMisbehaviour(now, peer.Id, Misbehaviour.ExcessiveIWant);
    }

    private void HandleGraft(TimeSpan now, PeerState peer, string name)
    {
        // v1.1: "GRAFT messages for unknown topics are ignored", or they would be a way to have us send PRUNEs.
        if (!_topics.TryGetValue(name, out var topic) || !topic.Joined || topic.Mesh.Contains(peer)) return;

        if (peer.IsExplicit)
        {
            // v1.1: "It is an error to GRAFT on a explicit peer, and such an attempt should be logged and rejected with a PRUNE".
            _counters.Add(GossipsubCounter.GraftsOfExplicitPeers);
            RefuseGraft(now, topic, peer);
        }
        else if (_backoffs.IsActive(now, name, peer.Id))
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
            RefuseGraft(now, topic, peer, exchange: true);
        }
        else
        {
            AddToMesh(now, topic, peer);
        }
    }

    private void RefuseGraft(TimeSpan now, TopicState topic, PeerState peer, bool exchange = false)
    {
        _counters.Add(GossipsubCounter.GraftsRefused);
        PruneMember(now, topic, peer, _options.PruneBackoff, exchange);
    }

    private void HandlePrune(TimeSpan now, PeerState peer, Prune prune)
    {
        if (!_topics.TryGetValue(prune.Topic, out var topic) || !topic.Joined) return;
        RemoveFromMesh(now, topic, peer);
        var backoff = prune.BackoffSeconds switch
        {
            null or 0 => _options.PruneBackoff,
            var seconds when seconds >= _options.MaxBackoff.TotalSeconds => _options.MaxBackoff,
            var seconds => TimeSpan.FromSeconds(seconds.Value),
        };
        _backoffs.Set(now, topic.Name, peer.Id, backoff);
        if (prune.Peers.Count > 0) HandlePeerExchange(peer, prune.Peers);
    }

    /// <summary>v1.1: "we only accept it and connect to the supplied peers if the originating peer's score exceeds this threshold".</summary>
    private void HandlePeerExchange(PeerState from, IReadOnlyList<PeerExchangeRecord> suggested)
    {
        var usable = new List<PeerExchangeRecord>();
        if (Passes(from, _score.Thresholds.AcceptPeerExchange))
        {
            foreach (var peer in suggested)
            {
                if (!PeerId.TryFromBytes(peer.PeerId.Span, out var id) || id == _self || _peers.ContainsKey(id)) continue;
                usable.Add(peer);
            }
            // Drawn at random: the first ones are not better than the others.
            Shuffle(usable, _options.PeersToExchange);
            if (usable.Count > _options.PeersToExchange) usable.RemoveRange(_options.PeersToExchange, usable.Count - _options.PeersToExchange);
        }
        _counters.Add(GossipsubCounter.PeerExchangeIgnored, suggested.Count - usable.Count);
        if (usable.Count > 0) _effects.Enqueue(new ConnectTo(from.Id, usable));
    }
}
