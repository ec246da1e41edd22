using HyphaMarket.Market.Money;

namespace HyphaMarket.Market.Books;

/// <summary>All offers of one side at one price.</summary>
/// <param name="Price">Per minute and unit.</param>
/// <param name="Units">Free units together.</param>
/// <param name="Offers">How many offers.</param>
public readonly record struct BookLevel(MicroCredits Price, long Units, int Offers);
