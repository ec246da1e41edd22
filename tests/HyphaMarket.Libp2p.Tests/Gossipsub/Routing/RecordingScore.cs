using HyphaMarket.Libp2p.Gossipsub.Routing;
using HyphaMarket.Libp2p.Identity;

namespace HyphaMarket.Libp2p.Tests.Gossipsub.Routing;

/// <summary>Scores that a test sets, and a record of what the router reported.</summary>
internal sealed class RecordingScore : IPeerScore
{
    public Dictionary<PeerId, double> Scores { get; } = [];
    public List<Misbehaviour> Misbehaviours { get; } = [];
    public List<PeerId> Invalid { get; } = [];
    public List<PeerId> First { get; } = [];
    public List<(PeerId Peer, TimeSpan Since)> Duplicates { get; } = [];

    public ScoreThresholds Thresholds => new(Gossip: -10, Publish: -20, Graylist: -30, AcceptPeerExchange: 10, OpportunisticGraft: 1);
    public double Score(PeerId peer) => Scores.GetValueOrDefault(peer);
    public void OnPeer(TimeSpan now, PeerId peer) { }
    public void OnPeerGone(TimeSpan now, PeerId peer) { }
    public void OnGraft(TimeSpan now, PeerId peer, string topic) { }
    public void OnPrune(TimeSpan now, PeerId peer, string topic) { }
    public void OnFirstDelivery(TimeSpan now, PeerId peer, string topic) => First.Add(peer);
    public void OnDuplicate(TimeSpan now, PeerId peer, string topic, TimeSpan sinceAccepted) => Duplicates.Add((peer, sinceAccepted));
    public void OnInvalid(TimeSpan now, PeerId peer, string topic) => Invalid.Add(peer);
    public void OnMisbehaviour(TimeSpan now, PeerId peer, Misbehaviour misbehaviour) => Misbehaviours.Add(misbehaviour);
    public void OnHeartbeat(TimeSpan now) { }
}
