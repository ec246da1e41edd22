using HyphaMarket.Libp2p.Identity;

namespace HyphaMarket.Libp2p.Gossipsub.Routing;

/// <summary>Everybody's score is 0, which passes every threshold: the router behaves as without scoring.</summary>
internal sealed class NeutralPeerScore : IPeerScore
{
    public ScoreThresholds Thresholds => new(Gossip: 0, Publish: 0, Graylist: 0, AcceptPeerExchange: double.PositiveInfinity, OpportunisticGraft: 0);

    public double Score(PeerId peer) => 0;

    public void OnPeer(TimeSpan now, PeerId peer) { }
    public void OnPeerGone(TimeSpan now, PeerId peer) { }
    public void OnGraft(TimeSpan now, PeerId peer, string topic) { }
    public void OnPrune(TimeSpan now, PeerId peer, string topic) { }
    public void OnFirstDelivery(TimeSpan now, PeerId peer, string topic) { }
    public void OnDuplicate(TimeSpan now, PeerId peer, string topic, TimeSpan sinceAccepted) { }
    public void OnInvalid(TimeSpan now, PeerId peer, string topic) { }
    public void OnMisbehaviour(TimeSpan now, PeerId peer, Misbehaviour misbehaviour) { }
    public void OnHeartbeat(TimeSpan now) { }
}
