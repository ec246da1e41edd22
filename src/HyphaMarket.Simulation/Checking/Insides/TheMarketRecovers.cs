namespace HyphaMarket.Simulation.Checking.Insides;

/// <summary>Once faults have ended there is one broker set that its members know, and every honest one of them proposes and votes again.</summary>
public sealed class TheMarketRecovers : InsideInvariant
{
    public override string Name => "every broker votes again when faults end";

    public override Tolerance Tolerates => Tolerance.LiveBrokers;

    public override void AtTheEnd()
    {
        var latest = Simulated.LatestSet;
        if (latest is null) Violated("there is no broker set");
        foreach (var node in Simulated.Brokers.Where(node => node.IsHonest && node.IsUp && latest?.IndexOf(node.Id) >= 0 && node.KnownSet?.Id != latest.Id)) Violated($"{node.Name} knows the broker set of epoch {node.KnownSet?.Epoch}, others that of epoch {latest?.Epoch}");
        foreach (var broker in Simulated.Brokers.Where(broker => broker.IsHonest && !broker.IsGone && broker.Disk.Damage is null && latest?.IndexOf(broker.Id) >= 0).Where(broker => broker.Core is null || !broker.Core.MayVote || broker.Core.IsCatchingUp))
        {
            Violated(broker.Core is null ? $"{broker.Name} has no broker set" : $"{broker.Name} does not vote");
        }
    }
}
