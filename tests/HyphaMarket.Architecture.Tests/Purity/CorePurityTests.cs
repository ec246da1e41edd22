using HyphaMarket.Architecture.Tests.Projects;

namespace HyphaMarket.Architecture.Tests.Purity;

[TestFixture("HyphaMarket.Market")]
[TestFixture("HyphaMarket.Wire")]
[TestFixture("HyphaMarket.Brokerage")]
public sealed class CorePurityTests(string project)
{
    [Test]
    public void Core_MentionsNoTypeThatDoesInputOrOutputOrKeepsTime()
    {
        using var assembly = BuiltAssembly.Open(project);

        Assert.That(assembly.ReferencedTypes.Where(ForbiddenInCores.IsForbiddenType), Is.Empty);
    }

    [Test]
    public void Core_CallsNothingThatReadsAClockOrRollsADie()
    {
        using var assembly = BuiltAssembly.Open(project);

        Assert.That(assembly.ReferencedMembers.Where(ForbiddenInCores.IsForbiddenMember), Is.Empty);
    }

    [Test]
    public void Core_BindsNoNativeLibrary_ButForHashes()
    {
        using var assembly = BuiltAssembly.Open(project);

        Assert.That(assembly.NativeImports.Where(ForbiddenInCores.IsForbiddenImport), Is.Empty);
    }
}
