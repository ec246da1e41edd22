namespace HyphaMarket.Libp2p.Gossipsub.Routing;

/// <summary>A message that peers may ask for, and how often each has.</summary>
internal sealed class CachedMessage(MessageId id, PubsubMessage message, long window)
{
    private Dictionary<PeerState, int>? _sent;

    public MessageId Id { get; } = id;
    public PubsubMessage Message { get; } = message;

    /// <summary>The number of the heartbeat in which it came.</summary>
    public long Window { get; } = window;

    /// <summary>Counts one more transmission to a peer and answers how many there were before.</summary>
    public int CountTransmission(PeerState peer)
    {
        _sent ??= [];
        _sent.TryGetValue(peer, out var before);
        _sent[peer] = before + 1;
        return before;
    }

    public void Forget(PeerState peer) => _sent?.Remove(peer);
}
