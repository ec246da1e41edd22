using HyphaMarket.Libp2p.Gossipsub.Signing;
using HyphaMarket.Libp2p.Gossipsub.Wire;
using HyphaMarket.Libp2p.Identity;

namespace HyphaMarket.Libp2p.Gossipsub.Routing;

internal sealed partial class GossipsubRouter
{
    /// <summary>An RPC came from a peer. Those of unknown peers are ignored, since nothing could be answered.</summary>
    public void OnRpc(TimeSpan now, PeerId from, Rpc rpc)
    {
        ArgumentNullException.ThrowIfNull(rpc);
        _counters.Add(GossipsubCounter.RpcsReceived);
        // v1.1: "when a peer's score drops below [graylistThreshold], the peer is graylisted and its RPCs are ignored".
        if (!_peers.TryGetValue(from, out var peer) || IsGraylisted(peer))
        {
            _counters.Add(GossipsubCounter.RpcsIgnored);
            return;
        }
        foreach (var change in rpc.Subscriptions) HandleSubscription(now, peer, change);
        // Their topic is unknown, so nobody's score in a topic can be charged.
        if (rpc.MalformedMessages > 0) _counters.Add(GossipsubCounter.Malformed, rpc.MalformedMessages);
        foreach (var message in rpc.Messages)
        {
            // A frame can hold thousands; what its first ones cost the peer must count for the rest.
            if (IsGraylisted(peer)) return;
            HandleMessage(now, peer, message);
        }
        if (rpc.HasControl && peer.HasControl) HandleControl(now, peer, rpc);
    }

    /// <summary>Publishes an own message, complete and signed as the options say.</summary>
    public PublishResult Publish(TimeSpan now, PubsubMessage message, TopicOptions options)
    {
        ArgumentNullException.ThrowIfNull(message);
        ArgumentNullException.ThrowIfNull(options);
        if (!MessageForm.Obeys(message, options.SignaturePolicy)) throw new ArgumentException("The message has not the fields that the topic's signature policy demands.", nameof(message));
        var id = options.IdOf(message);
        if (_seen.Contains(now, id)) return new PublishResult(id, PublishStatus.Duplicate, 0);
        _counters.Add(GossipsubCounter.Published);
        MarkSeen(now, id, accepted: false);
        _cache.Put(id, message);

        var topic = TopicOf(message.Topic);
        var targets = PublishTargets(now, topic);
        var rpc = new Rpc { Messages = [message] };
        foreach (var peer in targets) SendMessage(peer, rpc, id);
        if (targets.Count == 0) _counters.Add(GossipsubCounter.PublishedToNobody);
        ForgetIfUnused(topic);
        return new PublishResult(id, targets.Count == 0 ? PublishStatus.NoPeers : PublishStatus.Sent, targets.Count);
    }

    /// <summary>
    /// The signature of a message under validation is right, and its validator is still to be asked. Nothing needs to be said of a message that goes
    /// on to <see cref="OnValidated"/> at once.
    /// </summary>
    public void OnAuthentic(long ticket)
    {
        if (_pending.Find(ticket) is not { Announced: false } pending) return;
        pending.Announced = true;
        AnnounceArrival(pending.Topic, pending.Id, pending.Message, pending.Sources);
    }

    /// <summary>The answer to a <see cref="Validate"/> effect. An unknown ticket is passed over.</summary>
    public void OnValidated(TimeSpan now, long ticket, ValidationOutcome outcome)
    {
        if (_pending.Remove(ticket) is not { } pending) return;
        switch (outcome)
        {
            case ValidationOutcome.Accept when !ReferenceEquals(pending.Options, pending.Topic.Options):
                // We left the topic meanwhile, so nobody waits for it and it is not ours to forward.
                _counters.Add(GossipsubCounter.MessagesNotSubscribed);
                break;
            case ValidationOutcome.Accept when _seen.Contains(now, pending.Id):
                // Another message of this id was accepted first: an author signed two different ones.
                _counters.Add(GossipsubCounter.Duplicates);
                break;
            case ValidationOutcome.Accept:
                if (!pending.Announced) AnnounceArrival(pending.Topic, pending.Id, pending.Message, pending.Sources);
                Accept(now, pending.Topic, pending.Id, pending.Message, pending.Sources);
                break;
            case ValidationOutcome.Reject:
                _counters.Add(GossipsubCounter.Rejected);
                MarkSeen(now, pending.Id, accepted: false);
                foreach (var source in pending.Sources) _score.OnInvalid(now, source.Id, pending.Topic.Name);
                break;
            case ValidationOutcome.Ignore:
                _counters.Add(GossipsubCounter.Ignored);
                MarkSeen(now, pending.Id, accepted: false);
                break;
            case ValidationOutcome.BadSignature:
                _counters.Add(GossipsubCounter.BadSignatures);
                foreach (var source in pending.Sources) _score.OnInvalid(now, source.Id, pending.Topic.Name);
                break;
            case ValidationOutcome.Failed:
                _counters.Add(GossipsubCounter.ValidationFailed);
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(outcome));
        }
    }

    /// <summary>Whether what the threshold withholds is granted. v1.1: explicit peers are served "outside of the vagaries of the peer scoring system".</summary>
    private bool Passes(PeerState peer, double threshold) => peer.IsExplicit || _score.Score(peer.Id) >= threshold;

    private bool IsGraylisted(PeerState peer) => !Passes(peer, _score.Thresholds.Graylist);

    private void HandleMessage(TimeSpan now, PeerState peer, PubsubMessage message)
    {
        if (!_topics.TryGetValue(message.Topic, out var topic) || topic.Options is not { } options)
        {
            _counters.Add(GossipsubCounter.MessagesNotSubscribed);
            return;
        }
        _counters.Add(GossipsubCounter.MessagesReceived);
        if (!MessageForm.Obeys(message, options.SignaturePolicy))
        {
            _counters.Add(GossipsubCounter.Malformed);
            _score.OnInvalid(now, peer.Id, topic.Name);
            return;
        }
        // v1.0: "if the router receives a message that it published itself, it will not forward it further".
        if (message.Author == _self && !_self.IsDefault)
        {
            _counters.Add(GossipsubCounter.Duplicates);
            return;
        }
        var id = options.IdOf(message);
        if (_seen.KnownSince(now, id) is { } since)
        {
            _counters.Add(GossipsubCounter.Duplicates);
            // An echo of our own message, or of one that was refused, is no delivery. It is no offence either: where an author signs two messages of
            // one id, honest peers may have taken the other one.
            if (_seen.WasAccepted(id)) _score.OnDuplicate(now, peer.Id, topic.Name, now - since);
            return;
        }
        // The promise is about sending it. What a validator makes of it, or a full table of ours, is not the fault of who advertised it.
        _promises.Fulfil(id);
        if (_pending.Find(id, message) is { } same)
        {
            _counters.Add(GossipsubCounter.Duplicates);
            same.Sources.Add(peer);
            return;
        }
        if (!options.NeedsValidation)
        {
            var sources = IndexedSet<PeerState>.Of(peer);
            AnnounceArrival(topic, id, message, sources);
            Accept(now, topic, id, message, sources);
            return;
        }
        if (_pending.Add(id, message, topic, options, peer) is { } pending)
        {
            _effects.Enqueue(new Validate(pending.Ticket, peer.Id, message, options));
            // v1.2: "This could be performed prior to the message validation". Where the author chose the id it has to wait for the signature: a
            // forger could otherwise have us refuse the true message before anybody sent it.
            if (options.IdCoversContent) OnAuthentic(pending.Ticket);
        }
        else
        {
            _counters.Add(GossipsubCounter.ValidationQueueFull);
        }
    }

    private void Accept(TimeSpan now, TopicState topic, MessageId id, PubsubMessage message, IndexedSet<PeerState> sources)
    {
        _counters.Add(GossipsubCounter.Accepted);
        MarkSeen(now, id, accepted: true);
        _cache.Put(id, message);
        _score.OnFirstDelivery(now, sources[0].Id, topic.Name);
        for (var i = 1; i < sources.Count; i++) _score.OnDuplicate(now, sources[i].Id, topic.Name, TimeSpan.Zero);
        _effects.Enqueue(new Deliver(id, sources[0].Id, message));
        Forward(topic, id, message, sources);
    }

    /// <summary>v1.0: to every floodsub peer of the topic and to every peer of the mesh; never back to who sent it, nor to its author. v1.1: to explicit peers too.</summary>
    private void Forward(TopicState topic, MessageId id, PubsubMessage message, IndexedSet<PeerState> sources)
    {
        var rpc = new Rpc { Messages = [message] };
        var author = message.Author;
        var copies = 0;
        foreach (var peer in topic.Mesh)
        {
            if (sources.Contains(peer) || peer.Id == author) continue;
            // v1.2: "When later relaying the messageId message to the mesh the peers found in dont_send_message_ids MUST be skipped".
            if (peer.Unwanted is { } unwanted && unwanted.Contains(id))
            {
                _counters.Add(GossipsubCounter.CopiesSpared);
                continue;
            }
            SendMessage(peer, rpc, id);
            copies++;
        }
        foreach (var peer in _outsideMesh)
        {
            if (!topic.Peers.Contains(peer) || sources.Contains(peer) || peer.Id == author || !Passes(peer, _score.Thresholds.Publish)) continue;
            SendMessage(peer, rpc, id);
            copies++;
        }
        _counters.Add(GossipsubCounter.Forwarded, copies);
    }

    private List<PeerState> PublishTargets(TimeSpan now, TopicState topic)
    {
        var publishable = (PeerState peer) => Passes(peer, _score.Thresholds.Publish);
        // v1.1: "a peer's own messages will always be published to all known peers in the topic".
        if (_options.FloodPublish) return topic.Peers.Where(publishable).ToList();

        var targets = _outsideMesh.Where(peer => topic.Peers.Contains(peer) && publishable(peer)).ToList();
        if (topic.Joined)
        {
            targets.AddRange(topic.Mesh);
            // A mesh that is still forming must not cost the message its way out.
            targets.AddRange(Draw(topic.Peers, _options.Degree - topic.Mesh.Count, peer => peer.HasMesh && !topic.Mesh.Contains(peer) && publishable(peer)));
            return targets;
        }
        // v1.0: "If this set is empty, the router will choose up to D peers from peers.gossipsub[topic] and add them to fanout[topic]".
        if (topic.Fanout.Count == 0)
        {
            foreach (var peer in Draw(topic.Peers, _options.Degree, peer => peer.HasMesh && publishable(peer))) topic.Fanout.Add(peer);
        }
        if (topic.Fanout.Count > 0)
        {
            topic.FanoutUsed = now;
            _ownTopics.Add(topic);
        }
        targets.AddRange(topic.Fanout);
        return targets;
    }

    private void MarkSeen(TimeSpan now, MessageId id, bool accepted)
    {
        if (_seen.Add(now, id, accepted)) _counters.Add(GossipsubCounter.SeenEvicted);
        _promises.Fulfil(id);
    }
}
