using HyphaMarket.Node.Configuration;

namespace HyphaMarket.Node.Api.Contracts;

/// <summary>A price below which so many percent of the units were traded.</summary>
/// <param name="PriceMicros">Micro-credits per minute and unit.</param>
public sealed record PricePointView(int Percentile, long PriceMicros)
{
    public string Price => CreditText.PerMinute(PriceMicros);
}
