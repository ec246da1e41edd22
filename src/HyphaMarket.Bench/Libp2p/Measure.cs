using HyphaMarket.Bench.Peers;
using HyphaMarket.Bench.Reporting;

namespace HyphaMarket.Bench.Libp2p;

/// <summary>One line of the table.</summary>
/// <param name="Stacks">The implementations that have it.</param>
/// <param name="Take">Takes one sample with a fresh pair of processes.</param>
internal sealed record Measure(string Name, string Unit, IReadOnlyList<string> Stacks, IReadOnlyList<Target> Targets, Func<PeerPair, CancellationToken, Task<double>> Take);
