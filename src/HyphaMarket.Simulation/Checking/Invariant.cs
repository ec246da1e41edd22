using HyphaMarket.Brokerage.Brokers;
using HyphaMarket.Brokerage.Epochs;
using HyphaMarket.Brokerage.Leases;
using HyphaMarket.Market.Ids;
using HyphaMarket.Market.Slots;
using HyphaMarket.Simulation.Nodes;
using HyphaMarket.Wire.Messages;

namespace HyphaMarket.Simulation.Checking;

/// <summary>One promise of the protocol, as a check of what nodes are seen to do. It sees everything; the nodes see only their messages.</summary>
public abstract class Invariant
{
    private Action<string> _violated = _ => { };

    /// <summary>As it is printed: what holds, in words.</summary>
    public abstract string Name { get; }

    protected SimulatedMarket Market { get; private set; } = null!;

    internal void Attach(SimulatedMarket market, Action<string> violated) => (Market, _violated) = (market, violated);

    protected void Violated(string detail) => _violated(detail);

    internal virtual void OnBrokerSays(BrokerNode broker, BrokerRequest request) { }

    internal virtual void OnGossiped(BrokerNode broker, Record record) { }

    internal virtual void OnGossipJudged(BrokerNode broker, ParticipantId from, GossipVerdict verdict) { }

    internal virtual void OnCertified(BrokerNode broker, CertifiedSlot slot) { }

    internal virtual void OnAdopted(BrokerNode broker, EpochConfig config) { }

    internal virtual void OnSlotSeen(BrokerNode broker, Slot slot) { }

    internal virtual void OnReported(BrokerNode broker, BrokerEffect.Report report) { }

    internal virtual void OnSubmitted(TraderNode trader, Record record) { }

    internal virtual void OnPublished(TraderNode trader, Record record) { }

    internal virtual void OnAnswered(TraderNode trader, SettleResponse response) { }

    internal virtual void OnLeaseOpened(TraderNode trader, Lease lease) { }

    internal virtual void OnCertificateRejected(TraderNode trader, string detail) { }

    internal virtual void OnAccused(TraderNode trader, ParticipantId whom, string detail) { }

    /// <summary>After the faults have ended and time has passed to recover.</summary>
    internal virtual void AtTheEnd() { }
}
