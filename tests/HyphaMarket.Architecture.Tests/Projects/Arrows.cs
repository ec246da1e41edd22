namespace HyphaMarket.Architecture.Tests.Projects;

/// <summary>Which projects of ours each project may know, as src/ARCHITECTURE.md draws it.</summary>
internal static class Arrows
{
    public static IReadOnlyDictionary<string, string[]> Allowed { get; } = new SortedDictionary<string, string[]>(StringComparer.Ordinal)
    {
        ["HyphaMarket.Libp2p"] = [],
        ["HyphaMarket.Market"] = [],
        ["HyphaMarket.Wire"] = ["HyphaMarket.Market"],
        ["HyphaMarket.Brokerage"] = ["HyphaMarket.Market", "HyphaMarket.Wire"],
        ["HyphaMarket.Node"] = ["HyphaMarket.Libp2p", "HyphaMarket.Market", "HyphaMarket.Wire", "HyphaMarket.Brokerage"],
        ["HyphaMarket.Simulation"] = ["HyphaMarket.Libp2p", "HyphaMarket.Brokerage", "HyphaMarket.Market", "HyphaMarket.Wire"],
        ["HyphaMarket.Bench"] = ["HyphaMarket.Libp2p", "HyphaMarket.Market", "HyphaMarket.Wire", "HyphaMarket.Brokerage", "HyphaMarket.Node"],
        ["HyphaMarket.Cli"] = ["HyphaMarket.Node", "HyphaMarket.Bench", "HyphaMarket.Simulation"],
    };

    public static IEnumerable<string> Projects => Allowed.Keys;

    /// <summary>The file name of the built assembly; the program is named as its users type it.</summary>
    public static string AssemblyOf(string project) => project == "HyphaMarket.Cli" ? "hypha-market" : project;
}
