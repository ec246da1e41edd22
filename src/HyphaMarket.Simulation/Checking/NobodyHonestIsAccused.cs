using HyphaMarket.Brokerage.Brokers;
using HyphaMarket.Market.Ids;
using HyphaMarket.Simulation.Nodes;

namespace HyphaMarket.Simulation.Checking;

/// <summary>Among honest nodes nothing is rejected as wrong for everybody, no twin is found, and no counterparty misbehaves.</summary>
public sealed class NobodyHonestIsAccused : Invariant
{
    public override string Name => "no honest node is accused";

    internal override void OnGossipJudged(BrokerNode broker, ParticipantId from, GossipVerdict verdict)
    {
        if (verdict == GossipVerdict.Reject) Violated($"{broker.Name} rejects what honest {Market.Nodes[Market.NumberOf(from)].Name} spread");
    }

    internal override void OnReported(BrokerNode broker, BrokerEffect.Report report)
    {
        if (report.What == BrokerReport.Equivocation) Violated($"{broker.Name} says: {report.Detail}");
    }

    internal override void OnCertificateRejected(TraderNode trader, string detail) => Violated($"{trader.Name} rejects a certificate: {detail}");

    internal override void OnAccused(TraderNode trader, ParticipantId whom, string detail) => Violated($"{trader.Name} accuses {Market.Nodes[Market.NumberOf(whom)].Name}: {detail}");
}
