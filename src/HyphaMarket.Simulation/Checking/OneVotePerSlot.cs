using HyphaMarket.Brokerage.Brokers;
using HyphaMarket.Brokerage.Certificates;
using HyphaMarket.Brokerage.Journal;
using HyphaMarket.Market.Ids;
using HyphaMarket.Market.Slots;
using HyphaMarket.Wire;
using HyphaMarket.Wire.Messages;

namespace HyphaMarket.Simulation.Checking;

/// <summary>"One vote per market and slot, whatever the epoch, ever", across restarts, and none that is not on the voter's disk; so with proposals.</summary>
public sealed class OneVotePerSlot : Invariant
{
    private readonly Dictionary<(ParticipantId Broker, Slot Slot), RecordId> _votes = [];
    private readonly Dictionary<(ParticipantId Broker, Slot Slot), RecordId> _proposals = [];
    private readonly HashSet<(ParticipantId Broker, Hash256 Slot)> _journaled = [];

    public override string Name => "one vote and one proposal of an honest broker for a slot, durable before it is said";

    /// <summary>"At most one for a key, ever": a broker that has voted knows it after a restart.</summary>
    public override void OnJournaled(IObservedNode node, JournalEntry entry)
    {
        if (entry.Kind == JournalKind.Vote && !_journaled.Add((node.Id, entry.Key))) Violated($"{node.Name} journals a second vote of one slot");
    }

    public override void OnSaid(IObservedNode node, Record record)
    {
        if (!node.IsHonest) return;
        if (record.Kind == RecordKind.Vote && record.Signer.Span.SequenceEqual(node.Id.Span) && SlotResult.TryParse(record, out var result))
        {
            if (!_votes.TryAdd((node.Id, result.Slot), result.Id) && _votes[(node.Id, result.Slot)] != result.Id) Violated($"{node.Name} voted for two results of slot {result.Slot}");
            if (node.Durable(JournalKind.Vote, JournalKeys.Of(Market.Rules.Market, result.Slot.Value)) is null) Violated($"{node.Name} showed a vote of slot {result.Slot} that is not on its disk");
        }
        else if (Proposal.TryParse(record, Market.Rules.BookDepth, out var proposal))
        {
            // A member passes on what another proposed; only its own word is judged.
            if (proposal.Proposer != node.Id) return;
            var slot = proposal.Result.Slot;
            if (!_proposals.TryAdd((node.Id, slot), proposal.Id) && _proposals[(node.Id, slot)] != proposal.Id) Violated($"{node.Name} signed two proposals of slot {slot}");
        }
    }
}
