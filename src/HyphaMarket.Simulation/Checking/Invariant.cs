using HyphaMarket.Brokerage.Brokers;
using HyphaMarket.Brokerage.Certificates;
using HyphaMarket.Brokerage.Epochs;
using HyphaMarket.Brokerage.Journal;
using HyphaMarket.Brokerage.Leases;
using HyphaMarket.Market.Ids;
using HyphaMarket.Market.Slots;
using HyphaMarket.Wire.Messages;

namespace HyphaMarket.Simulation.Checking;

/// <summary>
/// One promise of the protocol, as a check of what nodes are seen to do. It sees what honest nodes do, and of malicious ones what they sign in the open.
/// Nothing here knows a simulated node: the same checks judge real processes.
/// </summary>
public abstract class Invariant
{
    private Action<string> _violated = _ => { };

    /// <summary>As it is printed: what holds, in words.</summary>
    public abstract string Name { get; }

    /// <summary>How many brokers may be malicious while it holds.</summary>
    public virtual Tolerance Tolerates => Tolerance.AnyBrokers;

    protected IObservedMarket Market { get; private set; } = null!;

    internal void Attach(IObservedMarket market, Action<string> violated)
    {
        (Market, _violated) = (market, violated);
        OnAttached();
    }

    /// <summary>It has its market.</summary>
    protected virtual void OnAttached()
    {
    }

    protected void Violated(string detail) => _violated(detail);

    /// <summary>A node has started, for the first time or again.</summary>
    public virtual void OnStarted(IObservedNode node)
    {
    }

    /// <summary>A record that the node signed leaves it: a proposal, a vote, an offer, a cancel, an accept, an activation, a lease, a release, half a receipt. Malicious nodes too.</summary>
    public virtual void OnSaid(IObservedNode node, Record record)
    {
    }

    /// <summary>An entry of an honest node's journal is durable.</summary>
    public virtual void OnJournaled(IObservedNode node, JournalEntry entry)
    {
    }

    /// <summary>A broker spreads a record on the market's topic.</summary>
    public virtual void OnGossiped(IObservedNode broker, Record record)
    {
    }

    /// <summary>An honest broker judged what another node spread.</summary>
    public virtual void OnGossipJudged(IObservedNode broker, ParticipantId from, GossipVerdict verdict)
    {
    }

    /// <summary>An honest broker took an owner's record in and signed a receipt.</summary>
    /// <param name="clock">The broker's.</param>
    public virtual void OnReceipted(IObservedNode broker, Record record, Instant clock)
    {
    }

    /// <summary>An honest broker holds a certificate.</summary>
    public virtual void OnCertified(IObservedNode broker, CertifiedSlot slot)
    {
    }

    /// <summary>An honest node accepted a broker set.</summary>
    public virtual void OnAdopted(IObservedNode node, EpochConfig config)
    {
    }

    /// <summary>An honest broker, its clock compared with the others', is in a slot.</summary>
    public virtual void OnSlotSeen(IObservedNode broker, Slot slot)
    {
    }

    /// <summary>An honest broker reports to its operator.</summary>
    public virtual void OnReported(IObservedNode broker, BrokerEffect.Report report)
    {
    }

    /// <summary>An honest owner believes a certificate of its own fill.</summary>
    public virtual void OnBelieved(IObservedNode owner, FillVerification fill)
    {
    }

    /// <summary>An honest owner holds a lease.</summary>
    public virtual void OnLeaseOpened(IObservedNode owner, Lease lease)
    {
    }

    /// <summary>An honest party of a lease counts a receipt that both signed.</summary>
    public virtual void OnPosted(IObservedNode owner, Lease lease)
    {
    }

    /// <summary>An honest owner holds that a quorum certified something that its own offer forbids.</summary>
    public virtual void OnCertificateRejected(IObservedNode owner, string detail)
    {
    }

    /// <summary>An honest node holds that another broke the rules.</summary>
    public virtual void OnAccused(IObservedNode node, ParticipantId whom, string detail)
    {
    }

    /// <summary>Faults have ended: from now on what is promised must come, too.</summary>
    public virtual void OnHealed()
    {
    }

    /// <summary>After the faults have ended and time has passed to recover.</summary>
    public virtual void AtTheEnd()
    {
    }
}
