namespace HyphaMarket.Libp2p.Tests.Simulation;

/// <summary>A reliable, ordered byte connection in memory with latency and bandwidth, in the time of a <see cref="SimulatedWorld"/>.</summary>
internal sealed class SimulatedLink
{
    private readonly SimulatedWire _toFar;
    private readonly SimulatedWire _toNear;

    public SimulatedLink(SimulatedWorld world, LinkOptions options)
    {
        _toFar = new SimulatedWire(world, options);
        _toNear = new SimulatedWire(world, options);
        Near = new SimulatedLinkEnd(_toNear, _toFar);
        Far = new SimulatedLinkEnd(_toFar, _toNear);
    }

    public Stream Near { get; }

    public Stream Far { get; }

    /// <summary>Bytes that were written towards the far end, and towards the near end.</summary>
    public (long ToFar, long ToNear) Written => (_toFar.Written, _toNear.Written);

    /// <summary>Nothing arrives any more, and nobody is told: a cable pulled out, a NAT that forgot.</summary>
    public void Cut() => _toFar.IsCut = _toNear.IsCut = true;
}
