using HyphaMarket.Brokerage.Brokers;
using HyphaMarket.Brokerage.Epochs;
using HyphaMarket.Market.Ids;
using HyphaMarket.Market.Slots;
using HyphaMarket.Simulation.Nodes;

namespace HyphaMarket.Simulation.Checking.Insides;

/// <summary>"Every queue and cache bounded", whatever comes. Looked at once a slot.</summary>
/// <param name="loadOf">What a broker holds, and the bounds that it was given; null to look into the cores of simulated nodes.</param>
public sealed class EverythingIsBounded(Func<IObservedNode, (BrokerLoad Load, BrokerOptions Options)>? loadOf = null) : InsideInvariant
{
    private readonly Dictionary<ParticipantId, Slot> _last = [];

    public override string Name => "every store is bounded";

    public override void OnSlotSeen(IObservedNode broker, Slot slot)
    {
        if (_last.TryGetValue(broker.Id, out var last) && last == slot) return;
        _last[broker.Id] = slot;
        var (load, options) = loadOf?.Invoke(broker) ?? (((BrokerNode)broker).Core!.Load, Simulated.BrokerOptions);
        var offers = 2 * 4 * Market.Rules.BookDepth;
        // An offer and its cancel; the certificates and the settlement of the slots in which offers live; strays.
        var slots = Market.Rules.TtlCapSlots + (4 * Market.Rules.Schedule.ActivationPairs) + 16;
        foreach (var (what, count, most) in new (string, long, long)[]
        {
            ("offers", load.Offers, offers),
            ("records", load.Records, (2L * offers) + (slots * (1 + (3L * Market.Rules.BookDepth))) + options.StrayFacts),
            ("slots", load.Slots, slots),
            // Beside those that each may send, one of each result that f + 1 members voted for.
            ("proposals of a slot", load.ProposalsOfASlot, options.ProposalsPerSlot + EpochConfig.MaxMembers),
            ("votes of a slot", load.VotesOfASlot, EpochConfig.MaxMembers),
            ("strays", load.StrayFacts, options.StrayFacts),
            ("requests under way", load.Requests, options.RequestsUnderWay),
            // One session with each member of the set, and of the one before it.
            ("sessions", load.Sessions, 2 * EpochConfig.MaxMembers),
            ("named ids", load.NamedIds, 2L * EpochConfig.MaxMembers * options.IdsWantedInSession),
            ("rated peers", load.RatedPeers, options.RatedPeers),
            ("convicted members", load.Convicted, EpochConfig.MaxMembers),
            ("compared clocks", load.Clocks, 2 * EpochConfig.MaxMembers),
        })
        {
            if (count > most) Violated($"{broker.Name} holds {count} {what}; {most} are allowed");
        }
    }
}
