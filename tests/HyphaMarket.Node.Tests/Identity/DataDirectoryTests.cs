using HyphaMarket.Node.Hosting;
using HyphaMarket.Node.Identity;
using HyphaMarket.Node.Tests.TestSupport;

namespace HyphaMarket.Node.Tests.Identity;

public sealed class DataDirectoryTests
{
    [Test]
    public void Directory_Prepared_IsItsOwnersAlone()
    {
        using var temporary = new TemporaryDirectory();
        var path = Path.Combine(temporary.Path, "a", "b");
        DataDirectory.Prepare(path);
        Assert.That(File.GetUnixFileMode(path), Is.EqualTo(DataDirectory.Mode));
        Assert.That(() => DataDirectory.Check(path), Throws.Nothing);
    }

    [TestCase(UnixFileMode.GroupRead)]
    [TestCase(UnixFileMode.OtherExecute)]
    [TestCase(UnixFileMode.OtherWrite)]
    public void Directory_OpenToOthers_IsRefusedWithTheCommandThatMendsIt(UnixFileMode extra)
    {
        using var temporary = new TemporaryDirectory();
        File.SetUnixFileMode(temporary.Path, DataDirectory.Mode | extra);
        var fatal = Assert.Throws<FatalException>(() => DataDirectory.Check(temporary.Path))!;
        Assert.That(fatal.ExitCode, Is.EqualTo(ExitCode.Permission));
        Assert.That(fatal.Problems.Single().Fix, Does.Contain($"chmod 700 {temporary.Path}"));
    }

    [Test]
    public void Directory_ThatDoesNotExist_PointsToInit()
    {
        using var temporary = new TemporaryDirectory();
        var fatal = Assert.Throws<FatalException>(() => DataDirectory.Check(temporary.File("none")))!;
        Assert.That(fatal.Problems.Single().Fix, Does.Contain("hypha-market init"));
    }
}
