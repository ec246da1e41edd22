using HyphaMarket.Brokerage.Brokers;
using HyphaMarket.Market.Ids;

namespace HyphaMarket.Simulation.Checking;

/// <summary>No honest node holds another honest one to be at fault: nothing of theirs is rejected as wrong for everybody, and no record speaks against them.</summary>
public sealed class NobodyHonestIsAccused : Invariant
{
    public override string Name => "no honest node is accused by an honest one";

    public override void OnGossipJudged(IObservedNode broker, ParticipantId from, GossipVerdict verdict)
    {
        if (verdict == GossipVerdict.Reject && Market.Find(from) is { IsHonest: true } sender) Violated($"{broker.Name} rejects what honest {sender.Name} spread");
    }

    public override void OnAccused(IObservedNode node, ParticipantId whom, string detail)
    {
        if (Market.Find(whom) is { IsHonest: true } accused) Violated($"{node.Name} accuses honest {accused.Name}: {detail}");
    }
}
