using HyphaMarket.Node.Configuration;

namespace HyphaMarket.Node.Api.Contracts;

/// <summary>One price of one side of a book.</summary>
/// <param name="PriceMicros">Micro-credits per minute and unit.</param>
public sealed record LevelView(long PriceMicros, ulong Units, uint Offers)
{
    public string Price => CreditText.PerMinute(PriceMicros);
}
