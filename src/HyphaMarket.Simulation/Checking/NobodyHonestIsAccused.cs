using HyphaMarket.Brokerage.Brokers;
using HyphaMarket.Brokerage.Records;
using HyphaMarket.Market.Ids;
using HyphaMarket.Wire.Messages;

namespace HyphaMarket.Simulation.Checking;

/// <summary>No honest node holds another honest one to be at fault: nothing of theirs is rejected as wrong for everybody, and no record speaks against them.</summary>
public sealed class NobodyHonestIsAccused : Invariant
{
    public override string Name => "no honest node is accused by an honest one";

    public override void OnGossipJudged(IObservedNode broker, ParticipantId from, GossipVerdict verdict)
    {
        if (verdict == GossipVerdict.Reject && Market.Find(from) is { IsHonest: true } sender) Violated($"{broker.Name} rejects what honest {sender.Name} spread");
    }

    public override void OnGossiped(IObservedNode broker, Record record)
    {
        if (!broker.IsHonest || record.Kind != RecordKind.Evidence) return;
        if (!Evidence.TryParse(record, out var evidence) || !evidence.Verify(Market.Rules.Network, Market.Verifier)) Violated($"{broker.Name} spreads evidence that proves nothing");
        else if (Market.Find(evidence.Offender) is { IsHonest: true } accused) Violated($"{broker.Name} spreads evidence against honest {accused.Name}");
    }

    public override void OnAccused(IObservedNode node, ParticipantId whom, string detail)
    {
        if (Market.Find(whom) is { IsHonest: true } accused) Violated($"{node.Name} accuses honest {accused.Name}: {detail}");
    }
}
