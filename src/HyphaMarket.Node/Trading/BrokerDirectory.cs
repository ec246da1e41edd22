using System.Collections.Concurrent;
using Google.Protobuf;
using HyphaMarket.Brokerage.Epochs;
using HyphaMarket.Libp2p.Kademlia;
using HyphaMarket.Market.Ids;
using HyphaMarket.Market.Slots;
using HyphaMarket.Node.Configuration;
using HyphaMarket.Node.Networking;
using HyphaMarket.Wire;
using HyphaMarket.Wire.Messages;
using Microsoft.Extensions.Logging;

namespace HyphaMarket.Node.Trading;

/// <summary>Finds a market's brokers: the nearest nodes by the DHT, then the signed broker set that they tell, checked; and follows it from set to set.</summary>
public sealed partial class BrokerDirectory(NodeNetwork network, NetworkDefinition definition, MarketDirectory markets, NodeOptions options, ILogger<BrokerDirectory> log)
{
    /// <summary>As many sets as brokers serve.</summary>
    private const int MostShown = 64;
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(300);

    private readonly ILogger _log = log;
    private readonly PeerSignatureVerifier _verifier = new();

    /// <summary>What is believed of each market of the catalogue that was wanted; each is locked while it is used.</summary>
    private readonly ConcurrentDictionary<MarketId, EpochClient> _clients = new();

    /// <summary>When each market's brokers were last asked whether there is a later set; 0 while they are being asked.</summary>
    private readonly ConcurrentDictionary<MarketId, long> _asked = new();

    /// <summary>As often as brokers themselves look around.</summary>
    private readonly TimeSpan _freshness = TimeSpan.FromMilliseconds(Math.Clamp(definition.Parameters.EpochLengthMs / 10, 1_000, 60_000));

    /// <summary>A market has another broker set than before.</summary>
    public event Action<EpochConfig>? Changed;

    /// <summary>The accepted broker set, without looking for one; null also where two rivals look right.</summary>
    public EpochConfig? Known(MarketId market) => Use(market, client => client.HasRivals ? null : client.Current);

    /// <summary>An accepted set, of now or of before, by its record id.</summary>
    public EpochConfig? Known(RecordId config) => _clients.Keys.Select(market => Use(market, client => client.Find(config))).FirstOrDefault(found => found is not null);

    /// <summary>An accepted set, if a certificate of it for this slot can be right.</summary>
    public EpochConfig? Known(RecordId config, Slot slot) => _clients.Keys.Select(market => Use(market, client => client.Find(config, slot))).FirstOrDefault(found => found is not null);

    /// <summary>Markets of which two broker sets look right.</summary>
    public IEnumerable<MarketId> Rivals => _clients.Keys.Where(market => Use(market, client => client.HasRivals));

    /// <summary>The accepted sets that lead to this one, oldest first, itself last.</summary>
    public IReadOnlyList<EpochConfig> PathTo(EpochConfig config)
    {
        ArgumentNullException.ThrowIfNull(config);
        var path = new List<EpochConfig> { config };
        while (path.Count < MostShown && path[0].Previous is { } previous && Known(previous) is { } before) path.Insert(0, before);
        return path;
    }

    /// <summary>Looks the brokers up unless they are known. Null while no set can be accepted: asking made the nearest nodes form one.</summary>
    /// <remarks>Who has nothing open in a market hears of no change: a set that was not asked about for a while is asked about beside.</remarks>
    public async Task<EpochConfig?> FindAsync(MarketId market, CancellationToken cancellationToken)
    {
        if (Known(market) is not { } known) return await LookUpAsync(market, cancellationToken);
        var last = _asked.GetOrAdd(market, _ => network.Host.Time.GetTimestamp());
        if (last != 0 && network.Host.Time.GetElapsedTime(last) > _freshness && _asked.TryUpdate(market, 0, last)) _ = RefreshAsync(market);
        return known;
    }

    /// <summary>Asks the known brokers whether there is a later set, and looks the market up anew where none of them answers.</summary>
    /// <returns>The set of now; null where none is known.</returns>
    public async Task<EpochConfig?> FollowAsync(MarketId market, CancellationToken cancellationToken)
    {
        if (Known(market) is not { } known || markets.RulesOf(market) is not { } rules) return await LookUpAsync(market, cancellationToken);
        var others = known.Members.Where(member => !IsMe(member.Peer));
        var answers = await Task.WhenAll(others.Select(member => AskAsync(rules.Network, market, member.Peer, member.Addresses, known.Epoch + 1, cancellationToken)));
        if (answers.All(answer => answer is null)) return await LookUpAsync(market, cancellationToken);
        return Learn(market, client => client.OnTold(answers.SelectMany(Told)));
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
        Learn(config.Market, client => client.Know(config));
    }

    private async Task RefreshAsync(MarketId market)
    {
        try
        {
            await FollowAsync(market, CancellationToken.None);
        }
        catch (Exception e)
        {
            // The node is stopping, or its network is in a state in which nothing can be asked: the next request asks again.
            LogNotFound(market, e.Message);
        }
        finally
        {
            _asked[market] = network.Host.Time.GetTimestamp();
        }
    }

    private async Task<EpochConfig?> LookUpAsync(MarketId market, CancellationToken cancellationToken)
    {
        if (markets.RulesOf(market) is not { } rules) return null;
        IReadOnlyList<PeerInfo> nearest;
        try
        {
            nearest = await network.Dht.GetClosestPeersAsync(market.ToArray(), includeSelf: true, cancellationToken);
        }
        catch (KademliaException e)
        {
            LogNotFound(market, e.Message);
            return Known(market);
        }

        var others = nearest.Where(peer => peer.Id != network.Host.Id).ToArray();
        var answers = await Task.WhenAll(others.Select(async peer => (Peer: peer.Id.ToParticipant(), Answer: await AskAsync(rules.Network, market, peer.Id.ToParticipant(), peer.Addresses.ToBytes(), 0, cancellationToken))));
        var near = nearest.Select(peer => peer.Id.ToParticipant()).ToHashSet();
        return Learn(market, client =>
        {
            var changed = client.OnLookup(near, answers.Select(answer => (answer.Peer, Told(answer.Answer))));
            foreach (var reason in client.Refused) LogNotAccepted(market, reason);
            // "Where two sets pass it says so and places no standing orders."
            if (client.HasRivals) LogRivals(market);
            return changed;
        });
    }

    private Task<EpochResponse?> AskAsync(NetworkId id, MarketId market, ParticipantId peer, IReadOnlyList<ReadOnlyMemory<byte>> addresses, ulong afterEpoch, CancellationToken cancellationToken)
    {
        var request = new EpochRequest
        {
            Network = ByteString.CopyFrom(id.Value.ToArray()),
            Market = ByteString.CopyFrom(market.ToArray()),
            AfterEpoch = afterEpoch,
        };
        return network.Rpc.CallAsync(peer, addresses, MarketProtocols.Epoch, request, EpochResponse.Parser, Deadline, cancellationToken);
    }

    private static IEnumerable<Record> Told(EpochResponse? answer) => answer?.Configs?.Configs ?? Enumerable.Empty<Record>();

    private bool IsMe(ParticipantId peer) => peer.TryToPeer(out var id) && id == network.Host.Id;

    private EpochConfig? Learn(MarketId market, Func<EpochClient, bool> learn)
    {
        var (changed, config) = Use(market, client => (learn(client), client.HasRivals ? null : client.Current));
        if (changed && config is not null) Changed?.Invoke(config);
        return config;
    }

    private T? Use<T>(MarketId market, Func<EpochClient, T?> use)
    {
        if (markets.RulesOf(market) is not { } rules) return default;
        var client = _clients.GetOrAdd(market, _ => new EpochClient(rules.Network, market, _verifier, options.AcceptInterregnum));
        lock (client)
        {
            return use(client);
        }
    }

    [LoggerMessage(Level = LogLevel.Debug, Message = "The brokers of {Market} are not found: {Reason}")]
    private partial void LogNotFound(MarketId market, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "A broker set of {Market} is not accepted: {Reason}")]
    private partial void LogNotAccepted(MarketId market, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Rival broker sets of {Market} look right; no order goes to any of them.")]
    private partial void LogRivals(MarketId market);
}
