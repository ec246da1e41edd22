namespace HyphaMarket.Market.Profiles;

/// <summary>An accelerator model that profiles name, and how tools show it.</summary>
/// <param name="Id">Its name in requirements, such as <c>nvidia-h100</c>.</param>
/// <param name="Vendor"><c>nvidia</c> or <c>amd</c>.</param>
/// <param name="ShownAs">Words in a row, lower-case, any of which in a tool's product name tell it: <c>h100 nvl</c>.</param>
public sealed record AcceleratorModel(string Id, string Vendor, IReadOnlyList<string> ShownAs);
