using System.Diagnostics;
using HyphaMarket.Architecture.Tests.Projects;

namespace HyphaMarket.Architecture.Tests.Purity;

/// <summary>The check itself is checked on an assembly that surely breaks the rules: this one.</summary>
public sealed class ForbiddenInCoresTests
{
    [Test]
    public void ThisAssembly_WhichReadsFilesAndStartsProcesses_WouldNotPassAsACore()
    {
        using var assembly = BuiltAssembly.Open("HyphaMarket.Architecture.Tests");
        var types = assembly.ReferencedTypes.Where(ForbiddenInCores.IsForbiddenType);

        Assert.That(types, Does.Contain(typeof(File).FullName).And.Contain(typeof(Process).FullName));
    }

    [Test]
    public void ThisAssembly_WhichReadsAClockAndRollsADie_WouldNotPassAsACore()
    {
        // Each of these is what the check must see.
        Assert.That(new Random().Next(), Is.GreaterThanOrEqualTo(0));
        Assert.That(DateTime.UtcNow, Is.GreaterThan(DateTime.UnixEpoch));
        using var reader = File.Exists("/dev/null") ? new StreamReader("/dev/null") : null;

        using var assembly = BuiltAssembly.Open("HyphaMarket.Architecture.Tests");
        var members = assembly.ReferencedMembers.Where(ForbiddenInCores.IsForbiddenMember);

        Assert.That(members, Is.SupersetOf(new[] { "System.Random..ctor()", "System.DateTime.get_UtcNow", "System.IO.StreamReader..ctor(string)" }));
    }

    [Test]
    public void TheNode_WhichAsksTheSystemAboutFiles_WouldNotPassAsACore()
    {
        using var node = BuiltAssembly.Open("HyphaMarket.Node");
        using var market = BuiltAssembly.Open("HyphaMarket.Market");

        Assert.That(node.NativeImports.Where(ForbiddenInCores.IsForbiddenImport), Does.Contain("libc:statx"));
        Assert.That(market.NativeImports, Is.EquivalentTo(ForbiddenInCores.PureImports));
    }

    [Test]
    public void SeededRandom_IsAllowed() => Assert.That(ForbiddenInCores.IsForbiddenMember("System.Random..ctor"), Is.False);
}
