namespace HyphaMarket.Market.Profiles.Detection;

/// <summary>One accelerator as the machine's own tool shows it.</summary>
/// <param name="Vendor"><c>nvidia</c> or <c>amd</c>: which tool showed it.</param>
/// <param name="Name">The product name as shown.</param>
/// <param name="Model">Its name in requirements, or null when the catalogue does not know it.</param>
/// <param name="VramMib">Memory, MiB, as shown (a little less than the data sheet says).</param>
public sealed record Accelerator(string Vendor, string Name, string? Model, long VramMib);
