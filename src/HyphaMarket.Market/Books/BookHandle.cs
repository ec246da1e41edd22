using HyphaMarket.Market.Offers;

namespace HyphaMarket.Market.Books;

/// <summary>Where an offer lies in a book, and which of the offers that lay there one after the other it is: a handle of one that has gone finds nothing.</summary>
public readonly record struct BookHandle(Side Side, int Index, int Generation);
