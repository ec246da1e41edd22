namespace HyphaMarket.Node.Storage;

/// <summary>The proof of a match of this node, as a file has it.</summary>
/// <param name="Id">The match id, hexadecimal.</param>
/// <param name="Full">With the slot's input, so that the match can be recomputed.</param>
public sealed record ProofRow(string Id, long Slot, bool Full, byte[] File);
