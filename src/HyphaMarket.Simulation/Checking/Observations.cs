using HyphaMarket.Brokerage.Brokers;
using HyphaMarket.Brokerage.Certificates;
using HyphaMarket.Brokerage.Epochs;
using HyphaMarket.Brokerage.Journal;
using HyphaMarket.Brokerage.Leases;
using HyphaMarket.Market.Ids;
using HyphaMarket.Market.Slots;
using HyphaMarket.Simulation.World;
using HyphaMarket.Wire.Messages;

namespace HyphaMarket.Simulation.Checking;

/// <summary>Where drivers tell what their nodes do, and the invariants listen. What malicious nodes do is told too, and goes no further than it matters.</summary>
/// <param name="seed">Named in violations; 0 where there is none.</param>
/// <param name="trace">Gets the story; null where nobody wants it.</param>
public sealed class Observations(IObservedMarket market, int seed = 0, Trace? trace = null)
{
    private readonly List<Invariant> _invariants = [];

    // What happens all the time is told to those only that listen to it.
    private readonly List<Invariant> _onSaid = [];
    private readonly List<Invariant> _onJournaled = [];
    private readonly List<Invariant> _onGossiped = [];
    private readonly List<Invariant> _onGossipJudged = [];
    private readonly List<Invariant> _onSlotSeen = [];
    private readonly List<Invariant> _onReceipted = [];
    private readonly List<Violation> _violations = [];

    /// <summary>So many brokers are malicious: what holds only with fewer is not checked from now on.</summary>
    public Tolerance Malicious { get; set; } = Tolerance.LiveBrokers;

    public IReadOnlyList<Violation> Violations => _violations;

    public void Check(IEnumerable<Invariant> invariants)
    {
        ArgumentNullException.ThrowIfNull(invariants);
        foreach (var invariant in invariants)
        {
            invariant.Attach(market, detail => Broken(invariant.Name, detail));
            _invariants.Add(invariant);
            foreach (var (listeners, method) in new[]
            {
                (_onSaid, nameof(Invariant.OnSaid)), (_onJournaled, nameof(Invariant.OnJournaled)), (_onGossiped, nameof(Invariant.OnGossiped)),
                (_onGossipJudged, nameof(Invariant.OnGossipJudged)), (_onSlotSeen, nameof(Invariant.OnSlotSeen)), (_onReceipted, nameof(Invariant.OnReceipted)),
            })
            {
                if (invariant.GetType().GetMethod(method)!.DeclaringType != typeof(Invariant)) listeners.Add(invariant);
            }
        }
    }

    /// <summary>A promise is broken.</summary>
    public void Broken(string invariant, string detail)
    {
        // One promise that is broken a thousand times is told once a run.
        if (_violations.Any(known => known.Invariant == invariant)) return;
        _violations.Add(new Violation(seed, invariant, market.Rules.Schedule.SlotAt(market.Now).Value, detail));
        trace?.Tell(market.Now.UnixMs, $"VIOLATION of '{invariant}': {detail}");
    }

    public void Started(IObservedNode node) => Each(invariant => invariant.OnStarted(node));

    public void Said(IObservedNode node, Record record)
    {
        foreach (var invariant in _onSaid)
        {
            if (IsChecked(invariant)) invariant.OnSaid(node, record);
        }
    }

    public void Journaled(IObservedNode node, JournalEntry entry)
    {
        ArgumentNullException.ThrowIfNull(node);
        if (!node.IsHonest) return;
        foreach (var invariant in _onJournaled)
        {
            if (IsChecked(invariant)) invariant.OnJournaled(node, entry);
        }
    }

    public void Gossiped(IObservedNode broker, Record record)
    {
        foreach (var invariant in _onGossiped)
        {
            if (IsChecked(invariant)) invariant.OnGossiped(broker, record);
        }
    }

    public void GossipJudged(IObservedNode broker, ParticipantId from, GossipVerdict verdict)
    {
        ArgumentNullException.ThrowIfNull(broker);
        if (!broker.IsHonest) return;
        foreach (var invariant in _onGossipJudged)
        {
            if (IsChecked(invariant)) invariant.OnGossipJudged(broker, from, verdict);
        }
    }

    public void Receipted(IObservedNode broker, Record record, Instant clock)
    {
        ArgumentNullException.ThrowIfNull(broker);
        if (!broker.IsHonest) return;
        foreach (var invariant in _onReceipted)
        {
            if (IsChecked(invariant)) invariant.OnReceipted(broker, record, clock);
        }
    }

    public void Certified(IObservedNode broker, CertifiedSlot slot)
    {
        ArgumentNullException.ThrowIfNull(slot);
        trace?.Add(slot.Result.Slot.Value);
        if (IsTold) Tell($"{broker.Name} certifies slot {slot.Result.Slot} with {slot.Fills.Count} fills");
        OfHonest(broker, invariant => invariant.OnCertified(broker, slot));
    }

    public void Adopted(IObservedNode node, EpochConfig config)
    {
        ArgumentNullException.ThrowIfNull(config);
        if (IsTold) Tell($"{node.Name} adopts the broker set {config.Id}");
        OfHonest(node, invariant => invariant.OnAdopted(node, config));
    }

    public void SlotSeen(IObservedNode broker, Slot slot)
    {
        ArgumentNullException.ThrowIfNull(broker);
        if (!broker.IsHonest) return;
        foreach (var invariant in _onSlotSeen)
        {
            if (IsChecked(invariant)) invariant.OnSlotSeen(broker, slot);
        }
    }

    public void Reported(IObservedNode broker, BrokerEffect.Report report)
    {
        ArgumentNullException.ThrowIfNull(report);
        if (IsTold) Tell($"{broker.Name}: {report.What} {report.Slot} {report.Detail}");
        OfHonest(broker, invariant => invariant.OnReported(broker, report));
    }

    public void Believed(IObservedNode owner, FillVerification fill) => OfHonest(owner, invariant => invariant.OnBelieved(owner, fill));

    public void LeaseOpened(IObservedNode owner, Lease lease)
    {
        ArgumentNullException.ThrowIfNull(lease);
        if (IsTold) Tell($"{owner.Name} opens lease {lease.Id} of {lease.Match.Quantity} units of match {lease.Match.Match}");
        OfHonest(owner, invariant => invariant.OnLeaseOpened(owner, lease));
    }

    public void Posted(IObservedNode owner, Lease lease) => OfHonest(owner, invariant => invariant.OnPosted(owner, lease));

    public void CertificateRejected(IObservedNode owner, string detail)
    {
        if (IsTold) Tell($"{owner.Name} rejects a certificate: {detail}");
        OfHonest(owner, invariant => invariant.OnCertificateRejected(owner, detail));
    }

    public void Accused(IObservedNode node, ParticipantId whom, string detail)
    {
        if (IsTold) Tell($"{node.Name} accuses {market.Find(whom)?.Name ?? whom.ToString()}: {detail}");
        OfHonest(node, invariant => invariant.OnAccused(node, whom, detail));
    }

    public void Healed() => Each(invariant => invariant.OnHealed());

    public void AtTheEnd() => Each(invariant => invariant.AtTheEnd());

    private bool IsTold => trace is { IsTold: true };

    private void Tell(string sentence) => trace!.Tell(market.Now.UnixMs, sentence);

    private void OfHonest(IObservedNode node, Action<Invariant> act)
    {
        ArgumentNullException.ThrowIfNull(node);
        if (node.IsHonest) Each(act);
    }

    private void Each(Action<Invariant> act)
    {
        foreach (var invariant in _invariants)
        {
            if (IsChecked(invariant)) act(invariant);
        }
    }

    private bool IsChecked(Invariant invariant) => invariant.Tolerates <= Malicious;
}
