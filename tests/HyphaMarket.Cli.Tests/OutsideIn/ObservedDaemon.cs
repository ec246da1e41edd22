using HyphaMarket.Brokerage.Journal;
using HyphaMarket.Libp2p.Identity;
using HyphaMarket.Market.Ids;
using HyphaMarket.Node.Configuration;
using HyphaMarket.Node.Identity;
using HyphaMarket.Node.Networking;
using HyphaMarket.Node.Storage;
using HyphaMarket.Simulation.Checking;
using Microsoft.Extensions.Logging.Abstractions;

namespace HyphaMarket.Cli.Tests.OutsideIn;

/// <summary>A daemon that has ended, by its files.</summary>
internal sealed class ObservedDaemon : IObservedNode, IDisposable
{
    private readonly Dictionary<(JournalKind Kind, Hash256 Key), byte[]> _newest = [];

    private ObservedDaemon(string name, int units, KeyPair keys, IReadOnlyList<JournalEntry> journal)
    {
        (Name, Units, Keys, Journal) = (name, units, keys, journal);
        Signer = new KeySigner(keys);
        foreach (var entry in journal) _newest[(entry.Kind, entry.Key)] = entry.Payload.ToArray();
    }

    public string Name { get; }

    public ParticipantId Id => Signer.Id;

    /// <summary>All of them are: they run the product's program on a disk that keeps what it acknowledged.</summary>
    public bool IsHonest => true;

    public int Units { get; }

    public KeySigner Signer { get; }

    public IReadOnlyList<JournalEntry> Journal { get; }

    private KeyPair Keys { get; }

    public static async Task<ObservedDaemon> ReadAsync(string name, int units, NodeOptions files)
    {
        await using var journal = Node.Storage.Journal.Open(files.JournalFile, files.Journal, NullLogger<Journal>.Instance);
        if (journal.IsDamaged) throw new InvalidDataException($"{name}'s journal is damaged: {journal.Damage[0].What}");
        return new ObservedDaemon(name, units, KeyFile.Load(files.KeyFile), new JournalReplay(journal).Entries);
    }

    public byte[]? Durable(JournalKind kind, Hash256 key) => _newest.GetValueOrDefault((kind, key));

    public void Dispose() => Keys.Dispose();
}
