using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;

using HyphaMarket.Brokerage.Journal;
using HyphaMarket.Market.Ids;
using HyphaMarket.Node.Configuration;
using HyphaMarket.Node.Hosting;
using HyphaMarket.Node.Storage;
using HyphaMarket.Node.Tests.TestSupport;

namespace HyphaMarket.Node.Tests.Storage;

public sealed class JournalTests
{
    private TemporaryDirectory _directory = null!;

    private string JournalPath => _directory.File("journal.db");

    [SetUp]
    public void MakeDirectory() => _directory = new TemporaryDirectory();

    [TearDown]
    public void DeleteDirectory() => _directory.Dispose();

    [Test]
    public async Task Entries_Acknowledged_AreReplayedInOrderAfterReopening()
    {
        await using (var journal = Open())
        {
            for (var i = 1; i <= 5; i++) Assert.That(await journal.AppendAsync(Entry(i)), Is.EqualTo(i));
        }
        var replayed = new List<StoredEntry>();
        await using var again = Open(replayed.Add);
        Assert.That(again.IsDamaged, Is.False);
        Assert.That(replayed.Select(stored => stored.Id), Is.EqualTo(new[] { 1, 2, 3, 4, 5 }));
        Assert.That(replayed.Select(stored => stored.Entry.Payload[0]), Is.EqualTo(new byte[] { 1, 2, 3, 4, 5 }));
        Assert.That(replayed[2].Entry.Key, Is.EqualTo(Hash256.Of([3])));
        Assert.That(replayed[2].Entry.Kind, Is.EqualTo(JournalKind.Vote));
        Assert.That(await again.AppendAsync(Entry(6)), Is.EqualTo(6));
    }

    // The copy is what a crash leaves: nothing was closed, so only what was synced with the acknowledgement can be there.
    [Test]
    public async Task Journal_ThatItsOperatorCallsAnOldCopy_IsDamagedAtItsEnd_AndKeepsItsEntries()
    {
        await using (var journal = Open()) await journal.AppendAsync(Entry(1));
        await using var again = Journal.Open(JournalPath, new JournalOptions { IsOldCopy = true }, NullLogger<Journal>.Instance);
        Assert.That(again.Damage.Single().Id, Is.EqualTo(2));
        var replayed = new List<StoredEntry>();
        again.Replay(replayed.Add);
        Assert.That(replayed, Has.Count.EqualTo(1));
    }

    [Test]
    public async Task Entries_Acknowledged_AreInTheFilesOfACrashedProcess()
    {
        await using var journal = Open();
        for (var i = 1; i <= 20; i++) await journal.AppendAsync(Entry(i));
        foreach (var file in Directory.GetFiles(_directory.Path, "journal.db*").Where(file => !file.EndsWith("-shm", StringComparison.Ordinal)))
        {
            File.Copy(file, file.Replace("journal.db", "crashed.db", StringComparison.Ordinal));
        }
        var replayed = new List<StoredEntry>();
        await using var crashed = Journal.Open(_directory.File("crashed.db"), new JournalOptions(), NullLogger<Journal>.Instance);
        crashed.Replay(replayed.Add);
        Assert.That(replayed, Has.Count.EqualTo(20));
        Assert.That(crashed.IsDamaged, Is.False);
    }

    [Test]
    public async Task Appends_OfManyCallers_AreAllWrittenWithoutGaps()
    {
        await using var journal = Open();
        var ids = await Task.WhenAll(Enumerable.Range(0, 500).Select(i => journal.AppendAsync(Entry(i)).AsTask()));
        Assert.That(ids.Order(), Is.EqualTo(Enumerable.Range(1, 500)));
    }

    [TestCase("UPDATE journal SET payload = x'00' WHERE id = 3", 3, TestName = "Entry_WithAnotherPayload_IsTold")]
    [TestCase("UPDATE journal SET kind = 2 WHERE id = 3", 3, TestName = "Entry_WithAnotherKind_IsTold")]
    [TestCase("UPDATE journal SET key = zeroblob(32) WHERE id = 3", 3, TestName = "Entry_WithAnotherKey_IsTold")]
    [TestCase("UPDATE journal SET checksum = x'' WHERE id = 5", 5, TestName = "Entry_WithoutAChecksum_IsTold")]
    [TestCase("DELETE FROM journal WHERE id = 3", 3, TestName = "Entry_Missing_IsTold")]
    [TestCase("DELETE FROM journal WHERE id < 3", 1, TestName = "Entries_MissingAtTheStart_AreTold")]
    public async Task DamagedEntry(string damage, long id)
    {
        await using (var journal = Open())
        {
            for (var i = 1; i <= 5; i++) await journal.AppendAsync(Entry(i));
        }
        Tamper(damage);
        var replayed = new List<StoredEntry>();
        await using var again = Open(replayed.Add);
        Assert.That(again.IsDamaged, Is.True);
        Assert.That(again.Damage[0].Id, Is.EqualTo(id));
        Assert.That(replayed.Select(stored => stored.Id), Does.Not.Contain(id));
        Assert.That(replayed, Is.Not.Empty, "the sound entries are still told");
    }

    [Test]
    public void File_ThatIsNoDatabase_IsRefusedAndLeftAsItIs()
    {
        _directory.Write("journal.db", new string('x', 8_192));
        var fatal = Assert.Throws<FatalException>(() => Open())!;
        Assert.That(fatal.Problems.Single().Code, Is.EqualTo("store-damaged"));
        Assert.That(File.ReadAllText(JournalPath), Is.EqualTo(new string('x', 8_192)));
    }

    [Test]
    public async Task Disk_ThatIsFull_FailsTheJournalAndAcknowledgesNothingMore()
    {
        var options = new JournalOptions { LargestBytes = 64 * 1024 };
        var acknowledged = 0L;
        await using (var journal = Open(options: options))
        {
            var failure = (await Assert.ThrowsAsync<JournalFailedException>(async () =>
            {
                for (var i = 0; i < 1_000; i++) acknowledged = await journal.AppendAsync(Entry(i, size: 8_192));
            }))!;
            Assert.That(acknowledged, Is.GreaterThan(0));
            Assert.That(failure.Message, Does.Contain("Make room"));
            Assert.That(journal.Failure, Is.SameAs(failure));
            Assert.That(await journal.Failed, Is.SameAs(failure));
            // A tiny entry would still fit: the journal must stay failed, because what happened to the last group is not known.
            await Assert.ThrowsAsync<JournalFailedException>(async () => await journal.AppendAsync(Entry(1, size: 1)));
        }
        var replayed = new List<StoredEntry>();
        await using var again = Open(replayed.Add);
        Assert.That(again.IsDamaged, Is.False);
        Assert.That(replayed, Has.Count.EqualTo(acknowledged), "every acknowledged entry is there");
    }

    [Test]
    public async Task Queue_OfWaitingAppends_IsAnsweredToTheLastWhenTheDiskIsFull()
    {
        await using var journal = Open(options: new JournalOptions { LargestBytes = 64 * 1024, Queue = 4, Group = 2 });
        var appends = Enumerable.Range(0, 100).Select(i => journal.AppendAsync(Entry(i, size: 8_192)).AsTask()).ToList();
        await Task.WhenAll(appends.Select(append => append.ContinueWith(_ => { }, TaskScheduler.Default))).WaitAsync(TimeSpan.FromSeconds(30));
        var refused = appends.Where(append => append.IsFaulted).Select(append => append.Exception!.InnerException).ToList();
        Assert.That(refused, Is.Not.Empty);
        Assert.That(refused, Has.All.InstanceOf<JournalFailedException>());
    }

    [Test]
    public async Task Entry_LargerThanAllowed_IsRefusedAndHarmsNothing()
    {
        await using var journal = Open(options: new JournalOptions { EntryBytes = 100 });
        await Assert.ThrowsAsync<ArgumentException>(async () => await journal.AppendAsync(Entry(1, size: 101)));
        Assert.That(await journal.AppendAsync(Entry(1, size: 100)), Is.EqualTo(1));
    }

    [Test]
    public async Task Replay_WhileTheJournalGrows_TellsWhatWasThereAtTheStart()
    {
        await using (var journal = Open()) await journal.AppendAsync(Entry(1));
        await using var again = Open();
        await again.AppendAsync(Entry(2));
        var replayed = new List<long>();
        again.Replay(stored => replayed.Add(stored.Id));
        Assert.That(replayed, Is.EqualTo(new[] { 1 }));
    }

    [Test]
    public async Task Append_AfterClosing_IsRefused()
    {
        var journal = Open();
        await journal.DisposeAsync();
        await Assert.ThrowsAsync<JournalFailedException>(async () => await journal.AppendAsync(Entry(1)));
    }

    private Journal Open(Action<StoredEntry>? replay = null, JournalOptions? options = null)
    {
        var journal = Journal.Open(JournalPath, options ?? new JournalOptions(), NullLogger<Journal>.Instance);
        if (replay is not null) journal.Replay(replay);
        return journal;
    }

    private static JournalEntry Entry(int number, int size = 16)
    {
        var payload = new byte[size];
        payload[0] = (byte)number;
        return new JournalEntry(JournalKind.Vote, Hash256.Of([(byte)number]), payload);
    }

    private void Tamper(string sql)
    {
        using var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = JournalPath, Pooling = false }.ToString());
        connection.Open();
        using var command = connection.CreateCommand();
#pragma warning disable CA2100
        command.CommandText = sql;
#pragma warning restore CA2100
        Assert.That(command.ExecuteNonQuery(), Is.GreaterThan(0));
    }
}
