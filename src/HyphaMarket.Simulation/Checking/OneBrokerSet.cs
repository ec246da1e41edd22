using HyphaMarket.Brokerage.Epochs;
using HyphaMarket.Wire;

namespace HyphaMarket.Simulation.Checking;

/// <summary>Two sets of one epoch would be two markets.</summary>
public sealed class OneBrokerSet : Invariant
{
    private readonly Dictionary<ulong, RecordId> _adopted = [];

    public override string Name => "one broker set for an epoch";

    public override Tolerance Tolerates => Tolerance.SafeBrokers;

    public override void OnAdopted(IObservedNode node, EpochConfig config)
    {
        if (!_adopted.TryAdd(config.Epoch, config.Id) && _adopted[config.Epoch] != config.Id) Violated($"{node.Name} adopted {config.Id}, others {_adopted[config.Epoch]}");
        if (!config.HasQuorum(Market.Rules.Network, EpochPhase.Commit, Market.Verifier)) Violated($"{node.Name} adopted {config.Id} without its quorum");
    }
}
