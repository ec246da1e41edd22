using HyphaMarket.Brokerage.Journal;
using HyphaMarket.Market.Ids;

namespace HyphaMarket.Simulation.Checking;

/// <summary>A node as the invariants see it, simulated or a real process: who it is, whether it keeps to the protocol, and what its journal holds.</summary>
public interface IObservedNode
{
    /// <summary>As sentences call it.</summary>
    string Name { get; }

    ParticipantId Id { get; }

    /// <summary>It keeps to the protocol and its disk keeps what it acknowledged. Only of honest nodes is anything promised.</summary>
    bool IsHonest { get; }

    /// <summary>Units of the market that its machine has; 0 for a node that sells nothing.</summary>
    int Units { get; }

    /// <summary>The payload of the newest durable journal entry of a kind and key; null where there is none.</summary>
    byte[]? Durable(JournalKind kind, Hash256 key);
}
