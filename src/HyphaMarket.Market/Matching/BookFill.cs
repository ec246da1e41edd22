using HyphaMarket.Market.Money;

namespace HyphaMarket.Market.Matching;

/// <summary>A trade between two offers by where they lie: in the arrays of the book that was matched, or among the entries of the input.</summary>
/// <param name="Quantity">Units; at least 1.</param>
/// <param name="BuyPrice">What the bid's owner pays per minute and unit.</param>
/// <param name="SellPrice">What the ask's owner gets per minute and unit.</param>
public readonly record struct BookFill(int Bid, int Ask, int Quantity, MicroCredits BuyPrice, MicroCredits SellPrice);
