namespace HyphaMarket.Bench.Peers;

/// <summary>What one peer did in one command.</summary>
/// <param name="Count">Units of the measure: bytes, requests, handshakes, messages.</param>
/// <param name="Seconds">Wall time of just these.</param>
public readonly record struct Sample(double Count, double Seconds)
{
    /// <summary>Units a second.</summary>
    public double Rate => Count / Seconds;
}
