using HyphaMarket.Cli.Tests.TestSupport;
using HyphaMarket.Node.Hosting;

namespace HyphaMarket.Cli.Tests.Verbs;

[TestFixture]
internal sealed class RepoVerbTests
{
    private CommandLine _line = null!;

    [SetUp]
    public async Task MakeNode()
    {
        _line = new CommandLine();
        Assert.That((await _line.RunAsync("init")).Code, Is.EqualTo(ExitCode.Ok));
    }

    [TearDown]
    public void Close() => _line.Dispose();

    [TestCase("table")]
    [TestCase("json")]
    [TestCase("jsonl")]
    [TestCase("csv")]
    public async Task Backup_Verify_Restore_AreARoundTrip_InEveryFormat(string format)
    {
        var (backup, node) = (_line.Directory.File("backup"), _line.Directory.File("new"));
        Assert.That((await _line.RunAsync("repo", "backup", backup, "-o", format)).Code, Is.EqualTo(ExitCode.Ok));
        Assert.That((await _line.RunAsync("repo", "verify", backup, "-o", format)).Out, Does.Contain("journal").And.Contain("key"));
        Assert.That((await _line.RunAsync("repo", "restore", backup, "--data", node, "-o", format)).Code, Is.EqualTo(ExitCode.Ok));
        Assert.That(await File.ReadAllBytesAsync(Path.Combine(node, "identity.key")), Is.EqualTo(await File.ReadAllBytesAsync(Path.Combine(_line.DataDirectory, "identity.key"))));
        Assert.That(File.Exists(Path.Combine(node, "journal.restored")));
    }

    [Test]
    public async Task Restore_OverANode_IsRefused()
    {
        var backup = _line.Directory.File("backup");
        await _line.RunAsync("repo", "backup", backup);
        var refused = await _line.RunAsync("repo", "restore", backup);
        Assert.That(refused.Code, Is.EqualTo(ExitCode.Error));
        Assert.That(refused.Error, Does.Contain("(node-exists)").And.Contain("why:").And.Contain("fix:"));
    }

    [Test]
    public async Task DamagedBackup_IsUnhealthy()
    {
        var backup = _line.Directory.File("backup");
        await _line.RunAsync("repo", "backup", backup);
        await File.WriteAllTextAsync(Path.Combine(backup, "identity.key"), "no key");
        var verified = await _line.RunAsync("repo", "verify", backup);
        Assert.That(verified.Code, Is.EqualTo(ExitCode.Unhealthy));
        Assert.That(verified.Out, Does.Contain("failed").And.Contain("identity.key"));
    }
}
