using System.Collections.Concurrent;

namespace HyphaMarket.Mutants.Tests;

/// <summary>"Deliberately broken variants of the protocol must be caught: mutants test the menu."</summary>
[TestFixture]
[Parallelizable(ParallelScope.Children)]
internal sealed class MutantTests
{
    /// <summary>"Each is caught within 1,000 seeds: if one is not, the menu is too weak."</summary>
    private const int MostSeeds = 1_000;

    /// <summary>Of each scene, where all is run.</summary>
    private const int ControlSeeds = 60;

    private readonly ConcurrentDictionary<string, (int Seed, string Invariant)> _caught = [];
    private readonly Dictionary<string, int> _last = MutantTable.Read().ToDictionary(row => row.Name, row => row.Seed);

    /// <summary><c>HYPHAMARKET_MUTANTS=whole</c>: every mutant from the first seed on, and the unmutated control on sixty seeds of each scene.</summary>
    private static bool IsWhole => Environment.GetEnvironmentVariable("HYPHAMARKET_MUTANTS") == "whole";

    [TestCaseSource(typeof(MutantCatalogue), nameof(MutantCatalogue.All))]
    public void AMutant_IsCaught(Mutant mutant)
    {
        var world = new MutantWorld(mutant.Project, MutantCompiler.Of(mutant.Project).Compile(mutant));
        // The seed that caught it last does so in a second; where the engine has changed since, or all are wanted, they are counted from the first.
        var found = !IsWhole && _last.TryGetValue(mutant.Name, out var seed) ? world.FirstViolation(mutant.Scene, seed, 1) : null;
        found ??= world.FirstViolation(mutant.Scene, 1, MostSeeds);
        world.Unload();
        TestContext.Out.WriteLine(found is { } violation ? $"{mutant.Name}: seed {violation.Seed}, {violation.Invariant}: {violation.Detail}" : $"{mutant.Name}: not caught");
        Assert.That(found, Is.Not.Null, $"{MostSeeds} seeds do not catch: {mutant.Name}");
        _caught[mutant.Name] = (found!.Value.Seed, found.Value.Invariant);
    }

    /// <summary>What the mutants are measured against: the same compiler, the scenes and seeds that catch them, no change.</summary>
    [Test]
    public void WithoutAMutation_NothingIsFound()
    {
        var world = new MutantWorld("HyphaMarket.Brokerage", MutantCompiler.Of("HyphaMarket.Brokerage").Compile(null));
        foreach (var scene in MutantCatalogue.All.GroupBy(mutant => mutant.Scene))
        {
            var seeds = IsWhole ? Enumerable.Range(1, ControlSeeds) : scene.Select(mutant => _last.GetValueOrDefault(mutant.Name, 1)).Append(1).Distinct().Order();
            foreach (var seed in seeds) Assert.That(world.FirstViolation(scene.Key, seed, 1), Is.Null, $"{scene.Key}, seed {seed}");
        }

        world.Unload();
    }

    [Test]
    public void ThePage_NamesEveryMutant() =>
        Assert.That(_last.Keys, Is.EquivalentTo(MutantCatalogue.All.Select(mutant => mutant.Name)), "To write the table anew: HYPHAMARKET_MUTANTS=whole HYPHAMARKET_UPDATE_PAGES=1 dotnet test tests/HyphaMarket.Mutants.Tests -c Release");

    /// <summary>Only a run from the first seed on says which seed is the first.</summary>
    [OneTimeTearDown]
    public void WriteTheTable()
    {
        if (IsWhole && Environment.GetEnvironmentVariable("HYPHAMARKET_UPDATE_PAGES") == "1") MutantTable.Write(_caught);
    }
}
