using HyphaMarket.Libp2p.Identity;

namespace HyphaMarket.Libp2p.Gossipsub.Routing;

/// <summary>
/// One id of each IWANT of ours, with the peer that promised it by IHAVE. v1.1: "the router tracks a random message ID within the advertised set. If
/// the message is not received (from any peer) within a period of time, then a behavioural penalty is applied to the advertising peer".
/// </summary>
/// <remarks>Bounded by the cap on IHAVEs heeded in a heartbeat, times the peers, times the heartbeats until the promise is due.</remarks>
internal sealed class GossipPromises
{
    private readonly Dictionary<MessageId, IndexedSet<Promise>> _byId = [];
    private readonly Queue<Promise> _order = new();

    public int Count => _order.Count;

    public void Add(MessageId id, PeerId peer, TimeSpan due)
    {
        if (!_byId.TryGetValue(id, out var promises)) _byId[id] = promises = new IndexedSet<Promise>();
        var promise = new Promise(id, peer, due);
        promises.Add(promise);
        _order.Enqueue(promise);
    }

    /// <summary>The message came, from whomever.</summary>
    public void Fulfil(MessageId id) => _byId.Remove(id);

    /// <summary>Takes the peers whose promise is due and not fulfilled, once for each promise.</summary>
    public List<PeerId> TakeBroken(TimeSpan now)
    {
        var broken = new List<PeerId>();
        while (_order.TryPeek(out var oldest) && oldest.Due <= now)
        {
            _order.Dequeue();
            if (!_byId.TryGetValue(oldest.Id, out var promises) || !promises.Remove(oldest)) continue;
            if (promises.Count == 0) _byId.Remove(oldest.Id);
            broken.Add(oldest.Peer);
        }
        return broken;
    }

    private sealed class Promise(MessageId id, PeerId peer, TimeSpan due)
    {
        public MessageId Id => id;
        public PeerId Peer => peer;
        public TimeSpan Due => due;
    }
}
