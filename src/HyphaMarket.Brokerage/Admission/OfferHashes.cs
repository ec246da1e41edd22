using HyphaMarket.Market.Ids;

namespace HyphaMarket.Brokerage.Admission;

/// <summary>The hashes of an offer's record, computed beside those of others: one after the other they would cost more than all else before the signature.</summary>
/// <param name="Id">Of the offer.</param>
/// <param name="Work">SHA-256(id + nonce): the record's work, where it is not proven by a bundle.</param>
public readonly record struct OfferHashes(Hash256 Id, Hash256 Work);
