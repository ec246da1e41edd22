using HyphaMarket.Market.Ids;
using HyphaMarket.Market.Slots;
using HyphaMarket.Simulation.Nodes;
using HyphaMarket.Wire.Messages;
using HyphaMarket.Brokerage.Certificates;

namespace HyphaMarket.Simulation.Checking;

/// <summary>"One vote per market and slot, whatever the epoch, ever", across restarts; and none that is not on the voter's disk.</summary>
public sealed class OneVotePerSlot : Invariant
{
    private readonly Dictionary<(int Broker, Slot Slot), Hash256> _votes = [];

    public override string Name => "one vote of an honest broker for a slot, durable before it is said";

    internal override void OnBrokerSays(BrokerNode broker, BrokerRequest request)
    {
        var vote = request.AskCase == BrokerRequest.AskOneofCase.Vote ? request.Vote : null;
        if (vote is null) return;
        if (!SlotResult.TryParse(vote.Body, out var result)) return;
        var root = Hash256.Of(vote.Body.Span);
        if (!_votes.TryAdd((broker.Number, result.Slot), root) && _votes[(broker.Number, result.Slot)] != root)
        {
            Violated($"{broker.Name} voted for two results of slot {result.Slot}");
        }

        var key = Brokerage.Journal.JournalKeys.Of(Market.Rules.Market, result.Slot.Value);
        if (!broker.Disk.Durable.Any(entry => entry.Kind == Brokerage.Journal.JournalKind.Vote && entry.Key == key)) Violated($"{broker.Name} showed a vote of slot {result.Slot} that is not on its disk");
    }
}
