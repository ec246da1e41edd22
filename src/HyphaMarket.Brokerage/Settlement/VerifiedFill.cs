using HyphaMarket.Market.Ids;
using HyphaMarket.Market.Slots;

namespace HyphaMarket.Brokerage.Settlement;

/// <summary>A fill that a quorum certified.</summary>
/// <param name="Match">Names it: SHA-256 of result id and index.</param>
/// <param name="Slot">In which it was matched.</param>
/// <param name="Legs">One for each party, in the instrument's order; a spot trade has a bid and an ask.</param>
public sealed record VerifiedFill(Hash256 Match, MarketId Market, Slot Slot, int Quantity, IReadOnlyList<FillLeg> Legs);
