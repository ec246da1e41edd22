using HyphaMarket.Libp2p.Identity;

namespace HyphaMarket.Libp2p.Kademlia;

/// <summary>Counts the inbound streams being served, in all and for each peer.</summary>
internal sealed class InboundSlots(int most, int mostPerPeer)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<PeerId, int> _byPeer = [];
    private int _all;

    public bool TryEnter(PeerId peer)
    {
        lock (_gate)
        {
            var own = _byPeer.GetValueOrDefault(peer);
            if (_all >= most || own >= mostPerPeer) return false;
            _byPeer[peer] = own + 1;
            _all++;
            return true;
        }
    }

    public void Leave(PeerId peer)
    {
        lock (_gate)
        {
            var own = _byPeer[peer] - 1;
            if (own == 0) _byPeer.Remove(peer);
            else _byPeer[peer] = own;
            _all--;
        }
    }
}
