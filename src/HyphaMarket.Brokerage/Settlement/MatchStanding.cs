using HyphaMarket.Market.Ids;
using HyphaMarket.Market.Offers;

namespace HyphaMarket.Brokerage.Settlement;

/// <summary>What a match does to one of this node's offers.</summary>
/// <param name="Stands">The units are claimed, reserved or leased; else they are spent and came to nothing.</param>
public readonly record struct MatchStanding(OfferId Offer, Hash256 Match, int Quantity, bool Stands);
