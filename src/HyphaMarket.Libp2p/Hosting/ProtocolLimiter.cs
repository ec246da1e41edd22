using HyphaMarket.Libp2p.Identity;

namespace HyphaMarket.Libp2p.Hosting;

/// <summary>Counts what is being served, in total and for each peer. Safe for use by many threads.</summary>
internal sealed class ProtocolLimiter(StreamLimits limits)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<PeerId, int> _byPeer = [];
    private int _total;

    public bool TryEnter(PeerId peer)
    {
        lock (_lock)
        {
            var count = _byPeer.GetValueOrDefault(peer);
            if (_total >= limits.Total || count >= limits.PerPeer) return false;
            _byPeer[peer] = count + 1;
            _total++;
            return true;
        }
    }

    public void Leave(PeerId peer)
    {
        lock (_lock)
        {
            _total--;
            if (--_byPeer[peer] == 0) _byPeer.Remove(peer);
        }
    }
}
