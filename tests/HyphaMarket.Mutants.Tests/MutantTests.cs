namespace HyphaMarket.Mutants.Tests;

/// <summary>"Deliberately broken variants of the protocol must be caught: mutants test the menu."</summary>
[TestFixture]
[Parallelizable(ParallelScope.Children)]
internal sealed class MutantTests
{
    /// <summary>"Each is caught within 1,000 seeds: if one is not, the menu is too weak."</summary>
    private const int MostSeeds = 1_000;

    [TestCaseSource(typeof(MutantCatalogue), nameof(MutantCatalogue.All))]
    public void AMutant_IsCaught(Mutant mutant)
    {
        var world = new MutantWorld(mutant.Project, MutantCompiler.Of(mutant.Project).Compile(mutant));
        var found = world.FirstViolation(1, MostSeeds);
        world.Unload();
        TestContext.Out.WriteLine(found is { } violation ? $"{mutant.Name}: seed {violation.Seed}, {violation.Invariant}: {violation.Detail}" : $"{mutant.Name}: not caught");
        Assert.That(found, Is.Not.Null, $"{MostSeeds} seeds do not catch: {mutant.Name}");
    }

    /// <summary>What the mutants are measured against: the same compiler, the same seeds, no change.</summary>
    [TestCase("HyphaMarket.Brokerage")]
    public void WithoutAMutation_NothingIsFound(string project)
    {
        var world = new MutantWorld(project, MutantCompiler.Of(project).Compile(null));
        var found = world.FirstViolation(1, 30);
        world.Unload();
        Assert.That(found, Is.Null);
    }
}
