using System.Collections.Concurrent;
using HyphaMarket.Brokerage.Epochs;
using HyphaMarket.Libp2p.Kademlia;
using HyphaMarket.Market.Ids;
using HyphaMarket.Node.Networking;
using HyphaMarket.Wire;
using HyphaMarket.Wire.Messages;
using Microsoft.Extensions.Logging;

namespace HyphaMarket.Node.Trading;

/// <summary>Finds a market's brokers: the nearest nodes by the DHT, then the signed broker set that they tell, checked.</summary>
public sealed partial class BrokerDirectory(NodeNetwork network, MarketDirectory markets, ILogger<BrokerDirectory> log)
{
    /// <summary>As many sets as brokers serve.</summary>
    private const int MostShown = 64;
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(300);

    private readonly ILogger _log = log;
    private readonly PeerSignatureVerifier _verifier = new();
    private readonly ConcurrentDictionary<MarketId, EpochConfig> _accepted = new();
    private readonly ConcurrentDictionary<RecordId, EpochConfig> _byId = new();

    /// <summary>The accepted broker set, without looking for one.</summary>
    public EpochConfig? Known(MarketId market) => _accepted.GetValueOrDefault(market);

    /// <summary>An accepted set by its record id.</summary>
    public EpochConfig? Known(RecordId config) => _byId.GetValueOrDefault(config);

    /// <summary>The accepted sets that lead to this one, oldest first, itself last.</summary>
    public IReadOnlyList<EpochConfig> PathTo(EpochConfig config)
    {
        ArgumentNullException.ThrowIfNull(config);
        var path = new List<EpochConfig> { config };
        while (path.Count < MostShown && path[0].Previous is { } previous && Known(previous) is { } before) path.Insert(0, before);
        return path;
    }

    /// <summary>Looks the brokers up unless they are known. Null while no set can be accepted: asking made the nearest nodes form one.</summary>
    public async Task<EpochConfig?> FindAsync(MarketId market, CancellationToken cancellationToken)
    {
        if (Known(market) is { } known) return known;
        if (markets.RulesOf(market) is not { } rules) return null;
        IReadOnlyList<PeerInfo> nearest;
        try
        {
            nearest = await network.Dht.GetClosestPeersAsync(market.ToArray(), includeSelf: true, cancellationToken);
        }
        catch (KademliaException e)
        {
            LogNotFound(market, e.Message);
            return null;
        }

        var request = new EpochRequest
        {
            Network = Google.Protobuf.ByteString.CopyFrom(rules.Network.Value.ToArray()),
            Market = Google.Protobuf.ByteString.CopyFrom(market.ToArray()),
            AfterEpoch = 0,
        };
        var others = nearest.Where(peer => peer.Id != network.Host.Id).ToArray();
        var answers = await Task.WhenAll(others.Select(peer =>
            network.Rpc.CallAsync(peer.Id.ToParticipant(), peer.Addresses.ToBytes(), MarketProtocols.Epoch, request, EpochResponse.Parser, Deadline, cancellationToken)));
        return Accept(rules.Network, market, nearest, answers.OfType<EpochResponse>().SelectMany(answer => answer.Configs?.Configs.ToArray() ?? []));
    }

    /// <summary>Looks again until there is a set to accept, for some seconds: asking makes the nearest nodes form one, which takes a while.</summary>
    public async Task<EpochConfig?> WaitAsync(MarketId market, CancellationToken cancellationToken)
    {
        var started = network.Host.Time.GetTimestamp();
        while (true)
        {
            if (await FindAsync(market, cancellationToken) is { } config) return config;
            if (network.Host.Time.GetElapsedTime(started) > Patience) return null;
            await Task.Delay(Pause, network.Host.Time, cancellationToken);
        }
    }

    /// <summary>A broker set of this node's own market rooms is known first-hand.</summary>
    public void Adopt(EpochConfig config)
    {
        ArgumentNullException.ThrowIfNull(config);
        _byId[config.Id] = config;
        _accepted[config.Market] = config;
    }

    private EpochConfig? Accept(NetworkId id, MarketId market, IReadOnlyList<PeerInfo> nearest, IEnumerable<Record> told)
    {
        var near = nearest.Select(peer => peer.Id.ToParticipant()).ToHashSet();
        var sets = new Dictionary<RecordId, EpochConfig>();
        foreach (var record in told)
        {
            if (!EpochConfig.TryParse(record, out var config) || sets.ContainsKey(config.Id)) continue;
            if (EpochAcceptance.WhyNot(id, market, config, near, _verifier) is { } reason) LogNotAccepted(market, reason);
            else sets.Add(config.Id, config);
        }

        // "Where two sets pass it says so and places no standing orders."
        if (sets.Count > 1) LogRivals(market, sets.Count);
        if (sets.Count != 1) return null;
        Adopt(sets.Values.First());
        return Known(market);
    }

    [LoggerMessage(Level = LogLevel.Debug, Message = "The brokers of {Market} are not found: {Reason}")]
    private partial void LogNotFound(MarketId market, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "A broker set of {Market} is not accepted: {Reason}")]
    private partial void LogNotAccepted(MarketId market, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Sets} rival broker sets of {Market} look right; no order goes to any of them.")]
    private partial void LogRivals(MarketId market, int sets);
}
