using HyphaMarket.Wire;

namespace HyphaMarket.Brokerage.Settlement;

/// <summary>What became of checking a certificate.</summary>
/// <param name="Fill">The fill when it is proven.</param>
/// <param name="Failure">Otherwise what is wrong, for people.</param>
/// <param name="UnknownConfig">The broker set that voted, when this node has not accepted it (yet): worth looking up, and worth asking again.</param>
public sealed record FillVerdict(VerifiedFill? Fill, string? Failure, RecordId? UnknownConfig)
{
    public static FillVerdict Proven(VerifiedFill fill) => new(fill, null, null);
    public static FillVerdict Fail(string reason) => new(null, reason, null);
    public static FillVerdict Unknown(RecordId config) => new(null, "The broker set that voted is not known here.", config);
}
