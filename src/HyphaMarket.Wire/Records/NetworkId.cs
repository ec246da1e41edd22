using HyphaMarket.Market.Ids;

namespace HyphaMarket.Wire;

/// <summary>SHA-256 of the canonical network parameters. Every signature covers it, so no record crosses networks.</summary>
public readonly record struct NetworkId(Hash256 Value)
{
    public override string ToString() => Value.ToString();
}
