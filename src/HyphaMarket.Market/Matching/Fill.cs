using HyphaMarket.Market.Ids;
using HyphaMarket.Market.Money;

namespace HyphaMarket.Market.Matching;

/// <summary>A trade between one bid and one ask.</summary>
/// <param name="Quantity">Units; at least 1.</param>
/// <param name="BuyPrice">What the bid's owner pays per minute and unit.</param>
/// <param name="SellPrice">What the ask's owner gets per minute and unit; below <paramref name="BuyPrice"/> only under <c>mcafee</c>.</param>
public readonly record struct Fill(OfferId Bid, OfferId Ask, int Quantity, MicroCredits BuyPrice, MicroCredits SellPrice);
