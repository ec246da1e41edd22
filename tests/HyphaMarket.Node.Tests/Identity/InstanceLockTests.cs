using System.Globalization;

using HyphaMarket.Node.Hosting;
using HyphaMarket.Node.Identity;
using HyphaMarket.Node.Tests.TestSupport;

namespace HyphaMarket.Node.Tests.Identity;

public sealed class InstanceLockTests
{
    [Test]
    public void Lock_HeldByAnother_IsRefusedWithTheHoldersPid()
    {
        using var temporary = new TemporaryDirectory();
        using var held = InstanceLock.Take(temporary.File("daemon.lock"));
        var fatal = Assert.Throws<FatalException>(() => InstanceLock.Take(temporary.File("daemon.lock")))!;
        Assert.That(fatal.Problems.Single().Code, Is.EqualTo("already-running"));
        Assert.That(fatal.Problems.Single().What, Does.Contain(Environment.ProcessId.ToString(CultureInfo.InvariantCulture)).And.Contain(temporary.Path));
    }

    [Test]
    public void Lock_Freed_CanBeTakenAgain()
    {
        using var temporary = new TemporaryDirectory();
        InstanceLock.Take(temporary.File("daemon.lock")).Dispose();
        Assert.That(() => InstanceLock.Take(temporary.File("daemon.lock")).Dispose(), Throws.Nothing);
    }

    [Test]
    public void LockFile_LeftByACrash_LocksNobodyOut()
    {
        using var temporary = new TemporaryDirectory();
        temporary.Write("daemon.lock", "");
        temporary.Write("daemon.pid", "999999\n");
        using var held = InstanceLock.Take(temporary.File("daemon.lock"));
        Assert.That(InstanceLock.ReadHolder(temporary.File("daemon.lock")), Is.EqualTo(Environment.ProcessId));
    }

    [Test]
    public void LockFile_InADirectoryThatIsGone_SaysSo()
    {
        using var temporary = new TemporaryDirectory();
        var fatal = Assert.Throws<FatalException>(() => InstanceLock.Take(Path.Combine(temporary.Path, "none", "daemon.lock")))!;
        Assert.That(fatal.Problems.Single().Code, Is.EqualTo("lock-unreachable"));
    }
}
