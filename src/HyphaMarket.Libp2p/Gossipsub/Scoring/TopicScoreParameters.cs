namespace HyphaMarket.Libp2p.Gossipsub.Scoring;

/// <summary>How a peer's behaviour in one topic counts: P1 to P4. Source: gossipsub-v1.1.md, "The Score Function" and "Overview of New Parameters".</summary>
/// <remarks>
/// The specification gives no defaults for these. A decay factor is applied once each <see cref="PeerScoreParameters.DecayInterval"/>;
/// <see cref="PeerScoreParameters.DecayFactor"/> computes it from the time after which a counter shall be gone.
/// </remarks>
public sealed record TopicScoreParameters
{
    /// <summary>Weight of the whole topic in the score. Not negative; 0 takes the topic out of the score.</summary>
    public double TopicWeight { get; init; } = 1;

    /// <summary>P1, time in mesh: a small reward for members that stay, so that newcomers do not displace them. Not negative.</summary>
    public double TimeInMeshWeight { get; init; } = 0.01;

    /// <summary>Time in the mesh for one point of P1.</summary>
    public TimeSpan TimeInMeshQuantum { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Most points of P1. With the default weight P1 gives at most 1, as much as one first delivery.</summary>
    public double TimeInMeshCap { get; init; } = 100;

    /// <summary>P2, first message deliveries: the reward for each accepted message that the peer brought before all others. Not negative.</summary>
    public double FirstDeliveriesWeight { get; init; } = 1;

    /// <summary>Decay factor of P2, in (0, 1): by default the counter is gone after ten minutes.</summary>
    public double FirstDeliveriesDecay { get; init; } = PeerScoreParameters.DecayFactor(TimeSpan.FromMinutes(10), TimeSpan.FromSeconds(1), 0.01);

    /// <summary>Most that P2 counts. With the default weight it gives at most 50, half of what one invalid message costs.</summary>
    public double FirstDeliveriesCap { get; init; } = 50;

    /// <summary>
    /// P3, mesh message delivery rate: the penalty on the square of what a mesh member falls short of <see cref="MeshDeliveriesThreshold"/>. Not positive.
    /// 0, the default, turns it off: in a topic with little traffic it would punish everybody, so only who knows a topic's rate can turn it on.
    /// </summary>
    public double MeshDeliveriesWeight { get; init; }

    /// <summary>Decay factor of P3's counter, in (0, 1): by default it is gone after a minute.</summary>
    public double MeshDeliveriesDecay { get; init; } = PeerScoreParameters.DecayFactor(TimeSpan.FromMinutes(1), TimeSpan.FromSeconds(1), 0.01);

    /// <summary>
    /// The counter that a mesh member must hold. At r first or near-first deliveries in each decay interval the counter settles near r / (1 - decay), so it belongs well below that.
    /// </summary>
    public double MeshDeliveriesThreshold { get; init; } = 1;

    /// <summary>Most that P3 counts: how long a member can live on its past. At least the threshold.</summary>
    public double MeshDeliveriesCap { get; init; } = 20;

    /// <summary>Time in the mesh before P3 applies, so that a new member can fill its counter.</summary>
    public TimeSpan MeshDeliveriesActivation { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long after a message was accepted a copy counts as near-first. v1.1: "should be small, e.g. 1-5 ms", or replaying to us what we sent would count.</summary>
    public TimeSpan MeshDeliveryWindow { get; init; } = TimeSpan.FromMilliseconds(5);

    /// <summary>P3b, mesh message delivery failures: the penalty that stays when a member leaves the mesh with a deficit, on its square. Not positive.</summary>
    public double MeshFailureWeight { get; init; }

    /// <summary>Decay factor of P3b, in (0, 1): by default it is gone after ten minutes, ten times the back-off.</summary>
    public double MeshFailureDecay { get; init; } = PeerScoreParameters.DecayFactor(TimeSpan.FromMinutes(10), TimeSpan.FromSeconds(1), 0.01);

    /// <summary>P4, invalid messages: the penalty on the square of their number. Not positive. By default the first one outweighs all rewards and the sixth graylists.</summary>
    public double InvalidMessagesWeight { get; init; } = -100;

    /// <summary>Decay factor of P4, in (0, 1): by default the counter is gone after an hour.</summary>
    public double InvalidMessagesDecay { get; init; } = PeerScoreParameters.DecayFactor(TimeSpan.FromHours(1), TimeSpan.FromSeconds(1), 0.01);

    /// <exception cref="ArgumentException">A value has the wrong sign or range; the message says which.</exception>
    public void Validate()
    {
        PeerScoreParameters.RequireReward(TopicWeight, nameof(TopicWeight));
        PeerScoreParameters.RequireReward(TimeInMeshWeight, nameof(TimeInMeshWeight));
        PeerScoreParameters.RequireReward(TimeInMeshCap, nameof(TimeInMeshCap));
        PeerScoreParameters.Require(TimeInMeshQuantum > TimeSpan.Zero, "TimeInMeshQuantum > 0");
        PeerScoreParameters.RequireReward(FirstDeliveriesWeight, nameof(FirstDeliveriesWeight));
        PeerScoreParameters.RequireDecay(FirstDeliveriesDecay, nameof(FirstDeliveriesDecay));
        PeerScoreParameters.RequireReward(FirstDeliveriesCap, nameof(FirstDeliveriesCap));
        PeerScoreParameters.RequirePenalty(MeshDeliveriesWeight, nameof(MeshDeliveriesWeight));
        PeerScoreParameters.RequireDecay(MeshDeliveriesDecay, nameof(MeshDeliveriesDecay));
        PeerScoreParameters.Require(double.IsFinite(MeshDeliveriesThreshold) && MeshDeliveriesThreshold > 0, "MeshDeliveriesThreshold > 0");
        // v1.1: "Must be >= MeshMessageDeliveriesThreshold", or nobody could ever meet it.
        PeerScoreParameters.Require(double.IsFinite(MeshDeliveriesCap) && MeshDeliveriesCap >= MeshDeliveriesThreshold, "MeshDeliveriesCap >= MeshDeliveriesThreshold");
        PeerScoreParameters.Require(MeshDeliveriesActivation >= TimeSpan.FromSeconds(1), "MeshDeliveriesActivation >= 1 s");
        PeerScoreParameters.Require(MeshDeliveryWindow >= TimeSpan.Zero && MeshDeliveryWindow <= TimeSpan.FromSeconds(1), "0 <= MeshDeliveryWindow <= 1 s");
        PeerScoreParameters.RequirePenalty(MeshFailureWeight, nameof(MeshFailureWeight));
        PeerScoreParameters.RequireDecay(MeshFailureDecay, nameof(MeshFailureDecay));
        PeerScoreParameters.RequirePenalty(InvalidMessagesWeight, nameof(InvalidMessagesWeight));
        PeerScoreParameters.RequireDecay(InvalidMessagesDecay, nameof(InvalidMessagesDecay));
    }
}
