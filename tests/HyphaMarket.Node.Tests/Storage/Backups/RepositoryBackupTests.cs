using HyphaMarket.Brokerage.Journal;
using HyphaMarket.Market.Ids;
using HyphaMarket.Node.Api.Contracts;
using HyphaMarket.Node.Configuration;
using HyphaMarket.Node.Hosting;
using HyphaMarket.Node.Identity;
using HyphaMarket.Node.Storage;
using HyphaMarket.Node.Storage.Backups;
using HyphaMarket.Node.Tests.TestSupport;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace HyphaMarket.Node.Tests.Storage.Backups;

[TestFixture]
internal sealed class RepositoryBackupTests
{
    private TemporaryDirectory _directory = null!;
    private NodeOptions _node = null!;

    [SetUp]
    public async Task MakeNode()
    {
        _directory = new TemporaryDirectory();
        _node = OptionsOf("node");
        DataDirectory.Prepare(_node.DataDirectory);
        KeyFile.Create(_node.KeyFile).Dispose();
        await File.WriteAllTextAsync(_node.ConfigurationFile, """{ "network": "devnet" }""");
        await using var journal = Journal.Open(_node.JournalFile, _node.Journal, NullLogger<Journal>.Instance);
        for (byte i = 0; i < 20; i++) await journal.AppendAsync(Entry(i));
        History.Open(_node.HistoryFile).Dispose();
    }

    [TearDown]
    public void RemoveNode() => _directory.Dispose();

    [Test]
    public async Task BackupOfARunningNode_HoldsWhatWasAcknowledged_AndIsItsOwnersAlone()
    {
        var copy = OptionsOf("backup");
        await using (var journal = Journal.Open(_node.JournalFile, _node.Journal, NullLogger<Journal>.Instance))
        {
            await journal.AppendAsync(Entry(20));
            RepositoryBackup.Make(_node, copy.DataDirectory);
            await journal.AppendAsync(Entry(21));
        }

        Assert.That(Journal.Check(copy.JournalFile).Entries, Is.EqualTo(21), "what was acknowledged, and nothing of later");
        Assert.That(RepositoryChecks.Run(copy).Select(check => check.State), Is.All.EqualTo(CheckState.Ok));
        Assert.That(await File.ReadAllBytesAsync(copy.KeyFile), Is.EqualTo(await File.ReadAllBytesAsync(_node.KeyFile)));
        foreach (var file in Directory.EnumerateFiles(copy.DataDirectory)) Assert.That(File.GetUnixFileMode(file), Is.EqualTo(KeyFile.Mode), file);
    }

    [Test]
    public void Backup_OverwritesNothing()
    {
        Assert.That(Assert.Throws<FatalException>(() => RepositoryBackup.Make(_node, _node.DataDirectory))!.Problems[0].Code, Is.EqualTo("backup-exists"));
        Assert.That(Assert.Throws<FatalException>(() => RepositoryBackup.Restore(_node.DataDirectory, _node))!.Problems[0].Code, Is.EqualTo("node-exists"));
        Assert.That(Journal.Check(_node.JournalFile).Entries, Is.EqualTo(20));
    }

    [Test]
    public void BackupThatFails_LeavesNothingBehind()
    {
        File.WriteAllText(_node.KeyFile, "no key");
        Assert.Throws<FatalException>(() => RepositoryBackup.Make(_node, _directory.File("backup")));
        Assert.That(Directory.Exists(_directory.File("backup")), Is.False);
    }

    [TestCase("journal.db", "journal")]
    [TestCase("identity.key", "key")]
    public async Task DamagedBackup_IsTold_AndNotRestored(string file, string check)
    {
        var copy = OptionsOf("backup");
        RepositoryBackup.Make(_node, copy.DataDirectory);
        var path = Path.Combine(copy.DataDirectory, file);
        var bytes = await File.ReadAllBytesAsync(path);
        // In the last page of the journal are its newest entries; in the last byte of the key its public half.
        bytes[^(file == "journal.db" ? 40 : 1)] ^= 1;
        await File.WriteAllBytesAsync(path, bytes);

        Assert.That(RepositoryChecks.Run(copy).Where(one => one.State == CheckState.Failed).Select(one => one.Name), Is.EqualTo([check]));
        Assert.That(Assert.Throws<FatalException>(() => RepositoryBackup.Restore(copy.DataDirectory, OptionsOf("new")))!.Problems[0].Code, Is.EqualTo("backup-damaged"));
        Assert.That(Directory.Exists(OptionsOf("new").DataDirectory), Is.False);
    }

    [Test]
    public async Task RestoredNode_TakesItsJournalForAnOldCopy_UntilItRanAndStoppedCleanly()
    {
        RepositoryBackup.Make(_node, _directory.File("backup"));
        var restored = OptionsOf("new");
        RepositoryBackup.Restore(_directory.File("backup"), restored);

        // A start that comes to nothing does not use the mark up.
        await using (await NodeHost.CreateAsync(restored, (_, _) => { }))
        {
        }

        Assert.That(await StartAsync(restored), Is.True, "the first start");
        Assert.That(await StartAsync(restored), Is.False, "the second");
    }

    /// <returns>Whether it started with a journal that it does not trust.</returns>
    private static async Task<bool> StartAsync(NodeOptions options)
    {
        await using var host = await NodeHost.CreateAsync(options, (_, _) => { });
        await host.StartAsync(CancellationToken.None);
        var isCareful = host.Services.GetRequiredService<Journal>().IsDamaged;
        await host.StopAsync(CancellationToken.None);
        return isCareful;
    }

    private NodeOptions OptionsOf(string name) => new() { DataDirectory = _directory.File(name), Network = NetworkDocument.DevnetName, Log = new LogOptions { Console = false } };

    private static JournalEntry Entry(byte number) => new(JournalKind.EpochAdopted, Hash256.Of([number]), [number, 1, 2, 3]);
}
