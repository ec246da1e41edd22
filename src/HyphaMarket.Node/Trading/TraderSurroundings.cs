using HyphaMarket.Brokerage.Journal;
using HyphaMarket.Brokerage.Leases;
using HyphaMarket.Brokerage.Settlement;
using HyphaMarket.Libp2p.Identity;
using HyphaMarket.Market.Ids;
using HyphaMarket.Market.Slots;
using HyphaMarket.Node.Api.Contracts;
using HyphaMarket.Node.Api.Events;
using HyphaMarket.Node.Configuration;
using HyphaMarket.Node.Networking;
using HyphaMarket.Node.Pricing;
using HyphaMarket.Node.Telemetry;
using HyphaMarket.Node.Storage;
using HyphaMarket.Wire;

namespace HyphaMarket.Node.Trading;

/// <summary>What the trader's loop uses of the node around it.</summary>
public sealed class TraderSurroundings(
    NodeNetwork network, NetworkDefinition definition, MarketDirectory markets, BrokerDirectory brokers, MachineUnits units,
    Journal journal, JournalReplay replay, History history, PriceRecorder prices, KeyPair keys, EventHub events, NodeOptions options, NodeMetrics metrics)
{
    public NodeNetwork Network { get; } = network;
    public MarketDirectory Markets { get; } = markets;
    public BrokerDirectory Brokers { get; } = brokers;
    public Journal Journal { get; } = journal;
    public NodeMetrics Metrics { get; } = metrics;

    /// <summary>A hash of the places where the journal is damaged; null where it is whole.</summary>
    public Hash256? JournalDamage => Journal.DamageHash;
    public IReadOnlyList<JournalEntry> Replayed { get; } = replay.Entries;
    public History History { get; } = history;
    public PriceRecorder Prices { get; } = prices;
    public ISigner Signer { get; } = new KeySigner(keys);
    public ISignatureVerifier Verifier { get; } = new PeerSignatureVerifier();
    public NetworkId NetworkId { get; } = definition.Id;
    public NetworkDefinition Definition { get; } = definition;
    public SlotSchedule Schedule { get; } = definition.Schedule;

    /// <summary>What this machine can carry: only a worker has units.</summary>
    public ICapacity Capacity { get; } = units;

    public SettlementOptions SettlementOptions { get; } = new()
    {
        BudgetMicros = options.Roles.HasFlag(NodeRoles.Scheduler) ? options.Scheduler.BudgetMicros : 0,
        MarketBudgets = MarketBudgetsOf(options.Scheduler.Demand, markets),
        // Tries fit the deadline of 2 A slots also where slots are short.
        // "TTL cap + A pairs", and a slot pair for what the clocks differ.
        RecoveryMs = (long)definition.Parameters.TtlCapMs + ((2 * definition.Schedule.ActivationPairs) + 2) * definition.Schedule.LengthMs,
        ReplyTimeoutMs = Math.Clamp(definition.Schedule.LengthMs * 2, 1_000, 5_000),
        RetryFirstMs = Math.Clamp(definition.Schedule.LengthMs / 5, 50, 200),
    };

    public LeaseOptions LeaseOptions { get; } = new()
    {
        // A minute on the public network's slots of 2 s; in proportion on a devnet, where leases are tried and ended all the time.
        NoticeMs = Math.Clamp(definition.Schedule.LengthMs * 30, 1_000, 60_000),
    };

    /// <summary>The market of the standing demand with its own budget; none where nothing is demanded.</summary>
    internal static Dictionary<MarketId, long> MarketBudgetsOf(DemandOptions demand, MarketDirectory markets) =>
        demand.Profile is { } profile && markets.TryFind(profile, out var market, out _) ? new() { [market] = demand.BudgetMicros } : [];

    public string NameOf(MarketId market) => Markets.NameOf(market) ?? market.ToString();

    public void Tell(NodeEvent happened) => events.Publish(happened);
}
