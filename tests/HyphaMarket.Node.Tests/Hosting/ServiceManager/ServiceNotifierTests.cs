using System.Net.Sockets;
using System.Text;
using HyphaMarket.Node.Hosting.ServiceManager;
using HyphaMarket.Node.Tests.TestSupport;

namespace HyphaMarket.Node.Tests.Hosting.ServiceManager;

[TestFixture]
internal sealed class ServiceNotifierTests
{
    [Test]
    public void Message_IsOneDatagram()
    {
        using var directory = new TemporaryDirectory();
        AssertTold(directory.File("notify"), directory.File("notify"));
    }

    [Test]
    public void NameWithAnAt_IsOfTheAbstractNamespace()
    {
        var name = $"hypha-market-test-{Environment.ProcessId}";
        AssertTold($"\0{name}", $"@{name}");
    }

    [Test]
    public void ManagerThatIsGone_IsNotTold_AndNothingBreaks()
    {
        using var directory = new TemporaryDirectory();
        using var notifier = new ServiceNotifier(directory.File("nobody"));
        Assert.That(notifier.TrySend("READY=1"), Is.False);
    }

    [Test]
    public void ManagerThatDoesNotRead_HoldsNothingUp()
    {
        using var directory = new TemporaryDirectory();
        using var manager = Bind(directory.File("notify"));
        using var notifier = new ServiceNotifier(directory.File("notify"));
        Assert.That(Enumerable.Range(0, 100_000).Any(_ => !notifier.TrySend("WATCHDOG=1")), "once its buffer is full, messages are given up");
    }

    [Test]
    public void RelativePath_IsRefused() => Assert.That(() => new ServiceNotifier("notify"), Throws.ArgumentException.With.Message.Contain("must begin with / or @"));

    [TestCase(null, null, null)]
    [TestCase("30000000", null, 30_000)]
    [TestCase("30000000", "77", 30_000)]
    [TestCase("30000000", "78", null, Description = "meant for another process")]
    [TestCase("0", null, null)]
    [TestCase("soon", null, null)]
    public void Watchdog_IsWhatTheManagerWaits_ForThisProcess(string? microseconds, string? process, int? expectedMs)
    {
        var limit = ServiceManagerLink.WatchdogOf(name => name == "WATCHDOG_USEC" ? microseconds : name == "WATCHDOG_PID" ? process : null, 77);
        Assert.That(limit?.TotalMilliseconds, Is.EqualTo((double?)expectedMs));
    }

    private static void AssertTold(string bound, string named)
    {
        using var manager = Bind(bound);
        using var notifier = new ServiceNotifier(named);
        Assert.That(notifier.TrySend("READY=1\nSTATUS=Running."), Is.True);
        var buffer = new byte[256];
        Assert.That(Encoding.UTF8.GetString(buffer, 0, manager.Receive(buffer)), Is.EqualTo("READY=1\nSTATUS=Running."));
    }

    private static Socket Bind(string path)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified) { ReceiveTimeout = 10_000 };
        socket.Bind(new UnixDomainSocketEndPoint(path));
        return socket;
    }
}
