namespace HyphaMarket.Market.Offers;

/// <summary>One clause on the other side's attributes: the value of the key is in the set, or (negated) is not. A missing key is in no set.</summary>
/// <param name="Values">1-16 values, sorted as bytes.</param>
public sealed record OfferConstraint(string Key, bool Negated, IReadOnlyList<string> Values);
