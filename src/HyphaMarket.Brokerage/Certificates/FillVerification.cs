using HyphaMarket.Market.Ids;
using HyphaMarket.Wire.Messages;

namespace HyphaMarket.Brokerage.Certificates;

/// <summary>What became of checking a fill certificate.</summary>
/// <param name="Failure">Null when it is proven; else one sentence that says what is wrong.</param>
/// <param name="MatchId">Names the fill.</param>
public sealed record FillVerification(string? Failure, SlotResult? Result, FillBody? Fill, Hash256 MatchId)
{
    public bool IsProven => Failure is null;

    internal static FillVerification Fail(string reason) => new(reason, null, null, default);
}
