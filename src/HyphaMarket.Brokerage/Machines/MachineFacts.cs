using HyphaMarket.Market.Profiles.Detection;

namespace HyphaMarket.Brokerage.Machines;

/// <summary>What a machine says that it is.</summary>
/// <param name="System">Operating system and kernel, for people.</param>
/// <param name="Driver">Of its accelerators, for people; empty where there is none or it was not told.</param>
public sealed record MachineFacts(InventoryReading Reading, string System, string Driver);
