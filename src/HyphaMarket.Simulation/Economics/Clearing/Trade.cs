namespace HyphaMarket.Simulation.Economics.Clearing;

/// <summary>One unit that changed hands; prices in micro-credits.</summary>
/// <param name="Buyer">The trader's number.</param>
/// <param name="Seller">The trader's number.</param>
/// <param name="SellPrice">Below <paramref name="BuyPrice"/> only under <c>mcafee</c>; nobody gets the difference.</param>
public readonly record struct Trade(int Buyer, int Seller, long BuyPrice, long SellPrice)
{
    /// <summary>The price where both sides have the same; else the middle.</summary>
    public double MidPrice => (BuyPrice + SellPrice) / 2.0;
}
