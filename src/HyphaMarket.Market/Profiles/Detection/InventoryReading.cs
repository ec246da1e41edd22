namespace HyphaMarket.Market.Profiles.Detection;

/// <summary>What a probe told.</summary>
/// <param name="Inventory">Only what could be read: what could not counts as missing, so that a machine is never sold for more than was seen.</param>
/// <param name="Problems">One sentence for each thing that could not be read.</param>
public sealed record InventoryReading(MachineInventory Inventory, IReadOnlyList<string> Problems);
