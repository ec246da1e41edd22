using HyphaMarket.Wire;
using HyphaMarket.Wire.Messages;

namespace HyphaMarket.Brokerage.Epochs;

/// <summary>One thing to decide: which set of a kind follows another set.</summary>
/// <param name="Previous">Null for a market's first set.</param>
internal readonly record struct EpochDecision(RecordId? Previous, EpochKind Kind)
{
    public static EpochDecision Of(EpochConfig config) => new(config.Previous, config.Kind);
}
