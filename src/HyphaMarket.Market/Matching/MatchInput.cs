using HyphaMarket.Market.Ids;
using HyphaMarket.Market.Slots;

namespace HyphaMarket.Market.Matching;

/// <summary>All that a slot's matching may depend on.</summary>
/// <param name="Slot">The match slot; odd.</param>
/// <param name="InputRoot">The Merkle root of the entries, which no trader can foresee: it breaks the last ties.</param>
/// <param name="Entries">Sorted by offer id, without repeats.</param>
public sealed record MatchInput(Slot Slot, Hash256 InputRoot, IReadOnlyList<MatchEntry> Entries);
