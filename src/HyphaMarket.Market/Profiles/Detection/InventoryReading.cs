namespace HyphaMarket.Market.Profiles.Detection;

/// <summary>What a probe told.</summary>
/// <param name="Inventory">Only what could be read: what could not counts as missing, so that a machine is never sold for more than was seen.</param>
/// <param name="Problems">One sentence for each thing that could not be read.</param>
public sealed record InventoryReading(MachineInventory Inventory, IReadOnlyList<string> Problems)
{
    /// <summary>Parts of which the inventory is silent, or says too little, because they could not be read; a machine that has none of something is not silent of it.</summary>
    public IReadOnlySet<MachinePart> Unread { get; init; } = new SortedSet<MachinePart>();
}
