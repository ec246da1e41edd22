using HyphaMarket.Brokerage.Journal;
using HyphaMarket.Market.Ids;
using HyphaMarket.Simulation.Checking;
using HyphaMarket.Simulation.World;

namespace HyphaMarket.Simulation.Tests.Checking;

/// <summary>A node of a <see cref="History"/>: a name, a key and what a test writes into its journal.</summary>
internal sealed class Node(string name, int units) : IObservedNode
{
    private readonly HashSet<(JournalKind, Hash256)> _journal = [];

    public SimulatedKeys Keys { get; } = new(name);

    public string Name => name;

    public ParticipantId Id => Keys.Id;

    public bool IsHonest { get; set; } = true;

    public int Units => units;

    public byte[]? Durable(JournalKind kind, Hash256 key) => _journal.Contains((kind, key)) ? [] : null;

    public void Journal(JournalKind kind, Hash256 key) => _journal.Add((kind, key));
}
