using HyphaMarket.Simulation.Nodes;

namespace HyphaMarket.Simulation.Checking.Insides;

/// <summary>"Replicas equal within 4 slots" of quiet: honest brokers hold the same records.</summary>
public sealed class ReplicasAreEqual : InsideInvariant
{
    public override string Name => "the replicas of honest brokers become equal";

    public override Tolerance Tolerates => Tolerance.LiveBrokers;

    public override void AtTheEnd()
    {
        // While offers are made, some are always on their way.
        if (Simulated.Nodes.OfType<TraderNode>().Any(trader => trader.IsTrading)) return;
        var slot = Market.Rules.Schedule.SlotAt(Market.Now);
        var brokers = Simulated.Brokers.Where(broker => broker.IsHonest && broker.Core is not null).ToArray();
        if (brokers.Length < 2) return;
        var first = brokers[0].Core!.RecordsAt(slot);
        foreach (var broker in brokers.Skip(1))
        {
            var other = broker.Core!.RecordsAt(slot);
            if (first.SequenceEqual(other)) continue;
            Violated($"{broker.Name} holds {other.Count} records and {brokers[0].Name} {first.Count}; {other.Except(first).Count() + first.Except(other).Count()} are only at one of them");
        }
    }
}
