namespace HyphaMarket.Market.Offers;

/// <summary>One self-declared fact: lower-case ASCII, key 1-32 bytes, value 0-64 bytes.</summary>
public readonly record struct OfferAttribute(string Key, string Value);
