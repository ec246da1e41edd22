using HyphaMarket.Brokerage.Epochs;
using HyphaMarket.Wire;
using HyphaMarket.Wire.Messages;

namespace HyphaMarket.Simulation.Checking;

/// <summary>Two first sets, or two changes of one set, would be two markets. Interregna may be rivals: then one of them gives way.</summary>
public sealed class OneBrokerSet : Invariant
{
    private readonly Dictionary<(RecordId? Previous, EpochKind Kind), RecordId> _adopted = [];
    private readonly Dictionary<RecordId, EpochConfig> _sets = [];

    public override string Name => "one broker set for an epoch";

    public override Tolerance Tolerates => Tolerance.SafeBrokers;

    public override void OnAdopted(IObservedNode node, EpochConfig config)
    {
        _sets[config.Id] = config;
        var decision = (config.Previous, config.Kind);
        if (config.Kind != EpochKind.Interregnum && !_adopted.TryAdd(decision, config.Id) && _adopted[decision] != config.Id) Violated($"{node.Name} adopted {config.Id} for epoch {config.Epoch}, others {_adopted[decision]}");
        // A newcomer may begin with a set whose predecessor nobody showed here.
        var previous = config.Previous is { } id ? _sets.GetValueOrDefault(id) : null;
        if (config.VotersAfter(previous) is not null && !config.HasQuorum(Market.Rules.Network, EpochPhase.Commit, Market.Verifier, previous)) Violated($"{node.Name} adopted {config.Id} without its quorum");
    }
}
