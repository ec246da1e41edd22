using System.Collections.Concurrent;

namespace HyphaMarket.Mutants.Tests;

/// <summary>"Deliberately broken variants of the protocol must be caught: mutants test the menu."</summary>
[TestFixture]
[Parallelizable(ParallelScope.Children)]
internal sealed class MutantTests
{
    /// <summary>"Each is caught within 1,000 seeds: if one is not, the menu is too weak."</summary>
    private const int MostSeeds = 1_000;

    private readonly ConcurrentDictionary<string, (int Seed, string Invariant)> _caught = [];
    private readonly Dictionary<string, int> _last = MutantTable.Read().ToDictionary(row => row.Name, row => row.Seed);

    /// <summary><c>HYPHAMARKET_MUTANTS=whole</c>: every mutant from the first seed on, and the unmutated control on as many as any of them took.</summary>
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

    /// <summary>What the mutants are measured against: the same compiler, the same seeds, no change.</summary>
    [Test]
    public void WithoutAMutation_NothingIsFound([Values] MutantScene scene)
    {
        var world = new MutantWorld("HyphaMarket.Brokerage", MutantCompiler.Of("HyphaMarket.Brokerage").Compile(null));
        var found = world.FirstViolation(scene, 1, IsWhole ? 150 : 6);
        world.Unload();
        Assert.That(found, Is.Null);
    }

    [Test]
    public void ThePage_NamesEveryMutant() =>
        Assert.That(_last.Keys, Is.EquivalentTo(MutantCatalogue.All.Select(mutant => mutant.Name)), "To write the table anew: HYPHAMARKET_MUTANTS=whole HYPHAMARKET_UPDATE_PAGES=1 dotnet test tests/HyphaMarket.Mutants.Tests -c Release");

    /// <summary>Only a run of all of them, each from the first seed on, says which seed is the first.</summary>
    [OneTimeTearDown]
    public void WriteTheTable()
    {
        if (!IsWhole || Environment.GetEnvironmentVariable("HYPHAMARKET_UPDATE_PAGES") != "1" || _caught.Count < MutantCatalogue.All.Count) return;
        MutantTable.Write(MutantCatalogue.All.Select(mutant => (mutant.Name, _caught[mutant.Name].Seed, _caught[mutant.Name].Invariant)));
    }
}
