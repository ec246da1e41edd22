using System.Net;
using System.Net.Sockets;

using HyphaMarket.Node.Api.Contracts;
using HyphaMarket.Node.Configuration;
using HyphaMarket.Node.Diagnostics;
using HyphaMarket.Node.Identity;
using HyphaMarket.Node.Tests.TestSupport;

namespace HyphaMarket.Node.Tests.Diagnostics;

public sealed class ChecksTests
{
    private TemporaryDirectory _directory = null!;
    private NodeOptions _options = null!;

    [SetUp]
    public void MakeDirectory()
    {
        _directory = new TemporaryDirectory();
        _options = RunningNode.OptionsFor(_directory);
        KeyFile.Create(_options.KeyFile).Dispose();
    }

    [TearDown]
    public void DeleteDirectory() => _directory.Dispose();

    [Test]
    public async Task SoundDataDirectory_IsWell_AndNothingInItChanges()
    {
        await using (await RunningNode.StartAsync()) { }
        var before = Directory.EnumerateFiles(_directory.Path).Order().ToArray();
        var checks = await MachineChecks.RunAsync(_options, CancellationToken.None);
        foreach (var name in new[] { "data-directory", "key", "journal", "openssl" }) Assert.That(checks.Single(check => check.Name == name).State, Is.EqualTo(CheckState.Ok), name);
        Assert.That(Directory.EnumerateFiles(_directory.Path).Order(), Is.EqualTo(before));
    }

    [Test]
    public async Task WrongRights_AreToldAsTheyStopANode_AndWhatIsInsideIsNotLookedAt()
    {
        File.SetUnixFileMode(_directory.Path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.OtherRead);
        var checks = await MachineChecks.RunAsync(_options, CancellationToken.None);
        Assert.That(checks[0].State, Is.EqualTo(CheckState.Failed));
        Assert.That(checks[0].Fix, Does.Contain("chmod 700"));
        Assert.That(checks.Select(check => check.Name), Has.None.EqualTo("key"));
    }

    [Test]
    public async Task PortThatIsTaken_IsToldApartFromOneThatIsFree()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var port = ((IPEndPoint)taken.LocalEndpoint).Port;
        var checks = await NetworkChecks.RunAsync(_options with { Listen = [$"/ip4/127.0.0.1/tcp/{port}", "/ip4/127.0.0.1/tcp/0"] }, CancellationToken.None);
        Assert.That(checks.Where(check => check.Name == "listen").Select(check => check.State), Is.EqualTo(new[] { CheckState.Failed, CheckState.Ok }));
        Assert.That(checks[0].Fix, Does.Contain($"ss -ltnp 'sport = :{port}'"));
    }

    [Test]
    public async Task Bootstrap_IsWell_WhereOneAddressTakesConnections()
    {
        using var there = new TcpListener(IPAddress.Loopback, 0);
        there.Start();
        var gone = new TcpListener(IPAddress.Loopback, 0);
        gone.Start();
        var closed = Address(gone);
        gone.Stop();
        Assert.That(await BootstrapAsync(closed, Address(there)), Is.EqualTo(CheckState.Ok));
        Assert.That(await BootstrapAsync(closed), Is.EqualTo(CheckState.Failed));
        Assert.That((await NetworkChecks.RunAsync(_options with { Listen = [], Roles = NodeRoles.Scheduler }, CancellationToken.None)).Single().State, Is.EqualTo(CheckState.Failed), "none at all");
    }

    [TestCase(199, CheckState.Ok)]
    [TestCase(-201, CheckState.Failed)]
    [TestCase(null, CheckState.Skipped)]
    public void ClockSkew_IsHeldAgainstATenthOfASlot(long? skewMs, string state) => Assert.That(Running(status => status with { ClockSkewMs = skewMs }, "clock-skew").State, Is.EqualTo(state));

    [TestCase("public", CheckState.Ok)]
    [TestCase("private", CheckState.Failed)]
    [TestCase("unknown", CheckState.Skipped)]
    public void Reachability_IsJudgedByWhatOthersFound(string reachability, string state) => Assert.That(Running(status => status with { Reachability = reachability }, "reachable").State, Is.EqualTo(state));

    [Test]
    public void PrivateNodeWithARelay_IsReachable() => Assert.That(Running(status => status with { Reachability = "private", Relays = ["12D3KooWr"] }, "reachable").State, Is.EqualTo(CheckState.Ok));

    [Test]
    public void FaultOfReadiness_IsToldOnce_AsAFailure()
    {
        var checks = RunningChecks.Of(Status with { Warnings = ["No disk.", "Old."] }, new HealthView(false, [new HealthCheckView("journal", false, "No disk.")]), "1");
        Assert.That(checks.Count(check => check.What == "No disk."), Is.EqualTo(1));
        Assert.That(checks.Single(check => check.Name == "ready-journal").State, Is.EqualTo(CheckState.Failed));
        Assert.That(checks.Single(check => check.What == "Old.").State, Is.EqualTo(CheckState.Warning));
    }

    [Test]
    public void FaultThatOnlyDegrades_IsAWarning()
    {
        var checks = RunningChecks.Of(Status, new HealthView(true, [new HealthCheckView("history", false, "It is away.", Required: false)]), "1");
        Assert.That(checks.Single(check => check.Name == "ready-history").State, Is.EqualTo(CheckState.Warning));
    }

    private static CheckView Running(Func<NodeStatus, NodeStatus> change, string name) => RunningChecks.Of(change(Status), new HealthView(true, []), "1").Single(check => check.Name == name);

    private static NodeStatus Status => new()
    {
        PeerId = "12D3KooWa", Version = "1", Pid = 1, DataDirectory = "/d", Network = "main", NetworkId = "ab", Roles = ["broker"], Addresses = [], Slot = 1, SlotLengthMs = 2_000, StartedAt = DateTimeOffset.UnixEpoch, ConnectedPeers = 1,
    };

    private static string Address(TcpListener listener) => $"/ip4/127.0.0.1/tcp/{((IPEndPoint)listener.LocalEndpoint).Port}/p2p/12D3KooWSiERfyefMFiEGj9RFyQjRX7L9JG3FKrrxTk1dy9UEL5i";

    private async Task<string> BootstrapAsync(params string[] addresses) => (await NetworkChecks.RunAsync(_options with { Listen = [], Bootstrap = addresses }, CancellationToken.None)).Single().State;
}
