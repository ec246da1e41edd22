namespace HyphaMarket.Libp2p.Gossipsub.Scoring;

/// <summary>The counters of one peer in one topic.</summary>
internal sealed class TopicRecord(TopicScoreParameters parameters)
{
    private TimeSpan? _graftedAt;
    private TimeSpan _meshTime;
    private double _first;
    private double _meshDeliveries;
    private double _failure;
    private double _invalid;

    public bool IsBlank => _graftedAt is null && _first == 0 && _meshDeliveries == 0 && _failure == 0 && _invalid == 0;

    /// <summary>v1.1: "the router records the time when the peer is GRAFTed".</summary>
    public void OnGraft(TimeSpan now)
    {
        _graftedAt = now;
        _meshTime = TimeSpan.Zero;
    }

    /// <summary>v1.1: the failure counter "is updated whenever the peer is pruned with an active deficit in message delivery".</summary>
    public void OnPrune()
    {
        _failure += Deficit * Deficit;
        _graftedAt = null;
        _meshTime = TimeSpan.Zero;
    }

    public void OnFirstDelivery()
    {
        _first = Math.Min(_first + 1, parameters.FirstDeliveriesCap);
        OnMeshDelivery();
    }

    public void OnDuplicate(TimeSpan sinceAccepted)
    {
        if (sinceAccepted <= parameters.MeshDeliveryWindow) OnMeshDelivery();
    }

    public void OnInvalid() => _invalid++;

    public void Decay(TimeSpan now, double toZero)
    {
        _first = Decayed(_first, parameters.FirstDeliveriesDecay, toZero);
        _meshDeliveries = Decayed(_meshDeliveries, parameters.MeshDeliveriesDecay, toZero);
        _failure = Decayed(_failure, parameters.MeshFailureDecay, toZero);
        _invalid = Decayed(_invalid, parameters.InvalidMessagesDecay, toZero);
        // v1.1: "The time in mesh is calculated lazily during the decay update".
        if (_graftedAt is { } since) _meshTime = now - since;
    }

    /// <summary>t * (w1 P1 + w2 P2 + w3 P3 + w3b P3b + w4 P4).</summary>
    public double Value()
    {
        var inMesh = Math.Min(Math.Floor(_meshTime / parameters.TimeInMeshQuantum), parameters.TimeInMeshCap);
        return parameters.TopicWeight * (
            (parameters.TimeInMeshWeight * inMesh)
            + (parameters.FirstDeliveriesWeight * _first)
            + (parameters.MeshDeliveriesWeight * Deficit * Deficit)
            + (parameters.MeshFailureWeight * _failure)
            + (parameters.InvalidMessagesWeight * _invalid * _invalid));
    }

    internal static double Decayed(double counter, double factor, double toZero) => counter * factor < toZero ? 0 : counter * factor;

    private double Deficit => _graftedAt is not null && _meshTime > parameters.MeshDeliveriesActivation
        ? Math.Max(0, parameters.MeshDeliveriesThreshold - _meshDeliveries)
        : 0;

    /// <summary>v1.1: the counter "increments whenever a first or near-first message delivery occurs in the topic by a peer in the mesh".</summary>
    private void OnMeshDelivery()
    {
        if (_graftedAt is not null) _meshDeliveries = Math.Min(_meshDeliveries + 1, parameters.MeshDeliveriesCap);
    }
}
