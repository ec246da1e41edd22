using HyphaMarket.Libp2p.Identity;

namespace HyphaMarket.Libp2p.Gossipsub.Routing;

/// <summary>
/// What the router tells the score of, and asks it. Source: gossipsub-v1.1.md, "Peer Scoring". Single-threaded, like the router; time is the
/// router's. A score is kept beyond a peer's connection, so peers are named and not referenced.
/// </summary>
public interface IPeerScore
{
    ScoreThresholds Thresholds { get; }

    /// <summary>The peer's score now; 0 for one that nothing is known of.</summary>
    double Score(PeerId peer);

    /// <summary>A peer that speaks gossipsub is connected.</summary>
    void OnPeer(TimeSpan now, PeerId peer);
    /// <summary>It is gone; what is known of it outlives it, or else misbehaviour would be forgiven by reconnecting.</summary>
    void OnPeerGone(TimeSpan now, PeerId peer);

    /// <summary>The peer came into the topic's mesh (P1 begins).</summary>
    void OnGraft(TimeSpan now, PeerId peer, string topic);

    /// <summary>The peer left the topic's mesh (P3b takes a standing deficit over).</summary>
    void OnPrune(TimeSpan now, PeerId peer, string topic);

    /// <summary>The peer was the first to send a message that was accepted (P2, P3).</summary>
    void OnFirstDelivery(TimeSpan now, PeerId peer, string topic);

    /// <summary>The peer sent a message that was accepted before (P3, where it came within the window).</summary>
    /// <param name="sinceAccepted">Time since the message was accepted; zero where the peer's copy came while it was under validation.</param>
    void OnDuplicate(TimeSpan now, PeerId peer, string topic, TimeSpan sinceAccepted);

    /// <summary>The peer sent a message that is wrong for everybody (P4).</summary>
    void OnInvalid(TimeSpan now, PeerId peer, string topic);

    /// <summary>The peer broke the protocol's manners (P7).</summary>
    void OnMisbehaviour(TimeSpan now, PeerId peer, Misbehaviour misbehaviour);

    /// <summary>Once each heartbeat, before the meshes are maintained: the counters decay.</summary>
    void OnHeartbeat(TimeSpan now);
}
