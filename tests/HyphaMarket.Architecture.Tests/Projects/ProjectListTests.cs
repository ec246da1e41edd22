using HyphaMarket.Architecture.Tests.Repository;

namespace HyphaMarket.Architecture.Tests.Projects;

public sealed class ProjectListTests
{
    [Test]
    public void EveryProjectUnderSrc_HasItsArrows()
    {
        var projects = RepositoryFiles.All
            .Where(path => path.StartsWith("src/", StringComparison.Ordinal) && path.EndsWith(".csproj", StringComparison.Ordinal))
            .Select(path => Path.GetFileNameWithoutExtension(path));

        Assert.That(projects, Is.EquivalentTo(Arrows.Projects));
    }

    [Test]
    public void NoProjectButNodeSimulatorAndBench_KnowsBothMarketAndLibp2p()
    {
        var meeting = Arrows.Projects.Where(project => Reachable(project).IsSupersetOf(["HyphaMarket.Market", "HyphaMarket.Libp2p"]));

        // The program knows what Node knows; the simulator's Dht room asks real Kademlia cores who brokers a market; the bench measures each half.
        Assert.That(meeting, Is.EquivalentTo(new[] { "HyphaMarket.Node", "HyphaMarket.Simulation", "HyphaMarket.Bench", "HyphaMarket.Cli" }));
    }

    private static HashSet<string> Reachable(string project)
    {
        HashSet<string> found = [];
        var pending = new Stack<string>(Arrows.Allowed[project]);
        while (pending.TryPop(out var next))
        {
            if (!found.Add(next)) continue;
            foreach (var further in Arrows.Allowed[next]) pending.Push(further);
        }
        return found;
    }
}
