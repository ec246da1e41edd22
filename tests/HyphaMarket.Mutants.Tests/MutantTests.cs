namespace HyphaMarket.Mutants.Tests;

/// <summary>"Deliberately broken variants of the protocol must be caught: mutants test the menu."</summary>
[TestFixture]
[Parallelizable(ParallelScope.Children)]
internal sealed class MutantTests
{
    /// <summary>"Each is caught within 1,000 seeds: if one is not, the menu is too weak."</summary>
    private const int MostSeeds = 1_000;

    /// <summary><c>HYPHAMARKET_MUTANTS=whole</c>: every mutant from the first seed on, and the unmutated control on as many as any of them took.</summary>
    private static bool IsWhole => Environment.GetEnvironmentVariable("HYPHAMARKET_MUTANTS") == "whole";

    [TestCaseSource(typeof(MutantCatalogue), nameof(MutantCatalogue.All))]
    public void AMutant_IsCaught(Mutant mutant)
    {
        var world = new MutantWorld(mutant.Project, MutantCompiler.Of(mutant.Project).Compile(mutant));
        // The seed that caught it last does so in a second; where the engine has changed since, or all are wanted, they are counted from the first.
        var found = IsWhole ? null : world.FirstViolation(mutant.Seed, 1);
        found ??= world.FirstViolation(1, MostSeeds);
        world.Unload();
        TestContext.Out.WriteLine(found is { } violation ? $"{mutant.Name}: seed {violation.Seed}, {violation.Invariant}: {violation.Detail}" : $"{mutant.Name}: not caught");
        Assert.That(found, Is.Not.Null, $"{MostSeeds} seeds do not catch: {mutant.Name}");
    }

    /// <summary>What the mutants are measured against: the same compiler, the same seeds, no change.</summary>
    [TestCase("HyphaMarket.Brokerage")]
    public void WithoutAMutation_NothingIsFound(string project)
    {
        var world = new MutantWorld(project, MutantCompiler.Of(project).Compile(null));
        var found = world.FirstViolation(1, IsWhole ? 150 : 12);
        world.Unload();
        Assert.That(found, Is.Null);
    }
}
