using HyphaMarket.Brokerage.Brokers;
using HyphaMarket.Brokerage.Epochs;
using HyphaMarket.Brokerage.Journal;
using HyphaMarket.Libp2p.Identity;
using HyphaMarket.Libp2p.Kademlia;
using HyphaMarket.Market.Ids;
using HyphaMarket.Node.Api.Contracts;
using HyphaMarket.Node.Api.Events;
using HyphaMarket.Node.Configuration;
using HyphaMarket.Node.Intake;
using HyphaMarket.Node.Networking;
using HyphaMarket.Node.Pricing;
using HyphaMarket.Node.Telemetry;
using HyphaMarket.Node.Trading;
using HyphaMarket.Node.Storage;
using HyphaMarket.Wire;

namespace HyphaMarket.Node.Brokering;

/// <summary>What the rooms of all markets share of the node around them.</summary>
public sealed class BrokerSurroundings(
    NodeNetwork network, NetworkDefinition definition, MarketDirectory markets, BrokerDirectory brokers, Journal journal, JournalReplay replay, PriceRecorder prices, KeyPair keys, EventHub events, NodeMetrics metrics, VerifierPool verifiers)
{
    public NodeNetwork Network { get; } = network;
    public Journal Journal { get; } = journal;
    public PriceRecorder Prices { get; } = prices;
    public NodeMetrics Metrics { get; } = metrics;
    public ISigner Signer { get; } = new KeySigner(keys);
    public ISignatureVerifier Verifier { get; } = new PeerSignatureVerifier();
    public VerifierPool Verifiers { get; } = verifiers;
    public IReadOnlyList<JournalEntry> Replayed { get; } = replay.Entries;
    public bool JournalIsDamaged => Journal.IsDamaged;
    public BrokerOptions BrokerOptions { get; } = new();
    public int BrokerFloor { get; } = (int)definition.Parameters.BrokerFloor;
    public int BrokerCap { get; } = (int)definition.Parameters.BrokerCap;

    /// <summary>Patience in proportion to the network's slots: a minute's quiet at 2 s, some seconds on a devnet of 500 ms.</summary>
    public EpochOptions EpochOptions { get; } = new EpochOptions
    {
        SettleMs = Math.Clamp((definition.Parameters.SlotLengthMs - 400) * 30, 1_500, 60_000),
        RetryMs = Math.Clamp(definition.Parameters.SlotLengthMs * 2, 1_000, 10_000),
        StaggerMs = Math.Clamp(definition.Parameters.SlotLengthMs * 2, 1_000, 5_000),
        AttemptMs = Math.Clamp(definition.Parameters.SlotLengthMs * 2, 1_000, 5_000) * 6,
    }.WithEpochs(definition.Parameters.EpochLengthMs);

    /// <summary>A room adopted a broker set: this node's own trading half need not look it up.</summary>
    public void Adopted(EpochConfig config) => brokers.Adopt(config);

    /// <summary>N: counted while few servers are known, else estimated from distances.</summary>
    public long NetworkSize(int found) => NetworkSizeOf(Network, found);

    /// <inheritdoc cref="NetworkSize(int)"/>
    public static long NetworkSizeOf(NodeNetwork network, int found)
    {
        ArgumentNullException.ThrowIfNull(network);
        // Only a server counts itself.
        var known = Math.Max(found, network.Dht.RoutingTableSize + (network.Dht.Mode == KademliaMode.Server ? 1 : 0));
        return known < EpochAcceptance.NearestLookedUp ? known : Math.Max(known, (long)(network.Dht.EstimateNetworkSize()?.Servers ?? known));
    }

    public string NameOf(MarketId market) => markets.NameOf(market) ?? market.ToString();

    public void Tell(NodeEvent happened) => events.Publish(happened);
}
