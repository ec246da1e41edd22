using HyphaMarket.Tests.Shared.Namespaces;

namespace HyphaMarket.Libp2p.Tests.Namespaces;

[TestFixture]
public sealed class NetworkNamespaceTests
{
    [SetUp]
    public void SetUp() => NetworkNamespace.Require();

    [Test]
    public void Namespaces_JoinedByACable_SeeEachOther_AndNothingElse()
    {
        using var left = NetworkNamespace.Create("left");
        using var right = NetworkNamespace.Create("right");
        NetworkNamespace.AddVeth(left, "cable", "10.77.0.1/24", right, "cable", "10.77.0.2/24");
        Assert.That(left.Run("ip", "-brief", "address", "show", "cable"), Does.Contain("10.77.0.1/24"));
        Assert.That(right.Run("ip", "route", "get", "10.77.0.1"), Does.Contain("dev cable"));
        Assert.That(() => left.Run("ip", "route", "get", "192.0.2.1"), Throws.InvalidOperationException, "there is no way out");
    }

    [Test]
    public void Program_StartedInside_EndsWithTheNamespace()
    {
        var inside = NetworkNamespace.Create("inside");
        using var program = inside.Start("cat");
        program.StandardInput.WriteLine("hello");
        Assert.That(program.StandardOutput.ReadLine(), Is.EqualTo("hello"));
        inside.Dispose();
        Assert.That(program.HasExited, Is.True);
        Assert.That(() => inside.Run("true"), Throws.InvalidOperationException, "the namespace is gone");
    }
}
