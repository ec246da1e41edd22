using HyphaMarket.Wire.Messages;

namespace HyphaMarket.Node.Trading;

/// <summary>A certified fill of an own order, kept for events and history.</summary>
/// <param name="Brokers">The peer ids whose votes are under it.</param>
internal sealed record ShownFill(FillBody Fill, long Slot, IReadOnlyList<string> Brokers);
