using HyphaMarket.Market.Offers;
using HyphaMarket.Wire;

namespace HyphaMarket.Brokerage.Settlement;

/// <summary>An offer of this node, and the record that cancelled it, if one did.</summary>
internal sealed record OwnOffer(Offer Offer, RecordId? Cancel);
