using HyphaMarket.Brokerage.Brokers;
using HyphaMarket.Brokerage.Epochs;
using HyphaMarket.Brokerage.Leases;
using HyphaMarket.Market.Ids;
using HyphaMarket.Market.Slots;
using HyphaMarket.Simulation.Nodes;
using HyphaMarket.Wire.Messages;

namespace HyphaMarket.Simulation.Checking;

/// <summary>Where nodes' drivers tell what their cores do, and the invariants listen.</summary>
public sealed class Observations(SimulatedMarket market)
{
    private readonly List<Invariant> _invariants = [];
    private readonly List<Violation> _violations = [];

    public IReadOnlyList<Violation> Violations => _violations;

    public void Check(IEnumerable<Invariant> invariants)
    {
        foreach (var invariant in invariants)
        {
            invariant.Attach(market, detail => Broken(invariant.Name, detail));
            _invariants.Add(invariant);
        }
    }

    internal void Broken(string invariant, string detail)
    {
        // One promise that is broken a thousand times is told once a run.
        if (_violations.Any(known => known.Invariant == invariant)) return;
        _violations.Add(new Violation(market.World.Seed, invariant, market.Rules.Schedule.SlotAt(market.World.Now).Value, detail));
        market.World.Tell($"VIOLATION of '{invariant}': {detail}");
    }

    internal void AtTheEnd() => _invariants.ForEach(invariant => invariant.AtTheEnd());

    internal void BrokerSays(BrokerNode broker, BrokerRequest request) => _invariants.ForEach(invariant => invariant.OnBrokerSays(broker, request));

    internal void Gossiped(BrokerNode broker, Record record) => _invariants.ForEach(invariant => invariant.OnGossiped(broker, record));

    internal void GossipJudged(BrokerNode broker, ParticipantId from, GossipVerdict verdict) => _invariants.ForEach(invariant => invariant.OnGossipJudged(broker, from, verdict));

    internal void Certified(BrokerNode broker, CertifiedSlot slot)
    {
        market.World.Trace.Add(slot.Result.Slot.Value);
        if (market.World.Trace.IsTold) market.World.Tell($"{broker.Name} certifies slot {slot.Result.Slot} with {slot.Fills.Count} fills");
        _invariants.ForEach(invariant => invariant.OnCertified(broker, slot));
    }

    internal void Adopted(BrokerNode broker, EpochConfig config)
    {
        if (market.World.Trace.IsTold) market.World.Tell($"{broker.Name} adopts the broker set {config.Id}");
        _invariants.ForEach(invariant => invariant.OnAdopted(broker, config));
    }

    internal void SlotSeen(BrokerNode broker, Slot slot) => _invariants.ForEach(invariant => invariant.OnSlotSeen(broker, slot));

    internal void Reported(BrokerNode broker, BrokerEffect.Report report)
    {
        if (market.World.Trace.IsTold) market.World.Tell($"{broker.Name}: {report.What} {report.Slot} {report.Detail}");
        _invariants.ForEach(invariant => invariant.OnReported(broker, report));
    }

    internal void Submitted(TraderNode trader, Record record) => _invariants.ForEach(invariant => invariant.OnSubmitted(trader, record));

    internal void Published(TraderNode trader, Record record) => _invariants.ForEach(invariant => invariant.OnPublished(trader, record));

    internal void Answered(TraderNode trader, SettleResponse response) => _invariants.ForEach(invariant => invariant.OnAnswered(trader, response));

    internal void LeaseOpened(TraderNode trader, Lease lease)
    {
        if (market.World.Trace.IsTold) market.World.Tell($"{trader.Name} opens lease {lease.Id} of {lease.Match.Quantity} units of match {lease.Match.Match}");
        _invariants.ForEach(invariant => invariant.OnLeaseOpened(trader, lease));
    }

    internal void CertificateRejected(TraderNode trader, string detail) => _invariants.ForEach(invariant => invariant.OnCertificateRejected(trader, detail));

    internal void Accused(TraderNode trader, ParticipantId whom, string detail) => _invariants.ForEach(invariant => invariant.OnAccused(trader, whom, detail));
}
