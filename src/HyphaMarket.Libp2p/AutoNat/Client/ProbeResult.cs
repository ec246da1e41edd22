namespace HyphaMarket.Libp2p.AutoNat.Client;

/// <summary>How a request ended.</summary>
/// <param name="Index">The address tested, for those that tell.</param>
internal readonly record struct ProbeResult(ProbeOutcome Outcome, int Index = 0)
{
    /// <summary>The server said nothing of use.</summary>
    public static ProbeResult Failed { get; } = new(ProbeOutcome.Failed);
}
