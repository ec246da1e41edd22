using HyphaMarket.Brokerage.Admission;
using HyphaMarket.Brokerage.Journal;
using HyphaMarket.Market.Ids;
using HyphaMarket.Market.Slots;
using HyphaMarket.Wire;
using HyphaMarket.Wire.Messages;

namespace HyphaMarket.Brokerage.Brokers;

/// <summary>What a broker's core wants done.</summary>
public abstract record BrokerEffect
{
    private BrokerEffect() { }

    /// <summary>Make the entry durable, then call <c>OnDurable(Number)</c>.</summary>
    public sealed record Append(long Number, JournalEntry Entry) : BrokerEffect;

    /// <summary>Ask a fellow broker; the answer (or null where there is none in time) comes back by <c>OnResponse(Number)</c>.</summary>
    public sealed record Ask(long Number, ParticipantId To, BrokerRequest Request) : BrokerEffect;

    /// <summary>Spread records on the market's topic, each alone: one, or those of one bundle.</summary>
    public sealed record Gossip : BrokerEffect
    {
        private readonly IReadOnlyList<VerifiedRecord> _verified = [];
        private readonly Record? _record;

        internal Gossip(Record record) => _record = record;

        internal Gossip(IReadOnlyList<VerifiedRecord> verified) => _verified = verified;

        /// <summary>Made where they are asked for: the path of a bundled offer takes some microseconds, which are not the broker's loop's.</summary>
        public IEnumerable<Record> Records => _record is { } record ? [record] : _verified.Select(verified => verified.Record);
    }

    /// <summary>A slot's result has its quorum: tell the owners who watch.</summary>
    public sealed record Certified(CertifiedSlot Slot) : BrokerEffect;

    /// <summary>Something happened to an owner's offer: tell the owner if it watches.</summary>
    public sealed record Tell(ParticipantId Owner, StoreNotice Notice) : BrokerEffect;

    /// <summary>Something worth a log line or a metric.</summary>
    public sealed record Report(BrokerReport What, Slot Slot, string Detail) : BrokerEffect;
}
