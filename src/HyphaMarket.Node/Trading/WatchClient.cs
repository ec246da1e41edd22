using System.Collections.Concurrent;
using HyphaMarket.Brokerage.Brokers;
using HyphaMarket.Brokerage.Epochs;
using HyphaMarket.Libp2p.Hosting;
using HyphaMarket.Libp2p.RequestResponse;
using HyphaMarket.Market.Ids;
using HyphaMarket.Node.Networking;
using HyphaMarket.Wire;
using HyphaMarket.Wire.Messages;
using Microsoft.Extensions.Logging;

namespace HyphaMarket.Node.Trading;

/// <summary>Keeps an owner's watch streams open with f + 1 brokers of a market, moving on to another member when one falls silent.</summary>
/// <param name="lost">A stream ended.</param>
/// <param name="all">Every fill of the market, not only the owner's.</param>
internal sealed partial class WatchClient(NodeNetwork network, MarketRules rules, EpochConfig config, Action<WatchEvent> told, Action lost, TimeProvider time, ILogger log, bool all = false) : IAsyncDisposable
{
    private readonly ILogger _log = log;
    private readonly CancellationTokenSource _stopping = new();
    private readonly ConcurrentDictionary<int, bool> _watched = new();
    private Task _streams = Task.CompletedTask;
    private long _sinceSlot = rules.Schedule.SlotAt(new Market.Slots.Instant(time.GetUtcNow().ToUnixTimeMilliseconds())).Value - (2 * rules.Schedule.ActivationPairs) - 2;
    private int _next;

    /// <summary>The broker set that is watched.</summary>
    public EpochConfig Config => config;

    /// <summary>Streams that delivered something lately.</summary>
    public int Open => _watched.Count;

    public void Start() => _streams = Task.WhenAll(Enumerable.Range(0, config.Quorum.OneHonest).Select(_ => Task.Run(KeepOneAsync)));

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _streams;
        _stopping.Dispose();
    }

    private async Task KeepOneAsync()
    {
        while (!_stopping.IsCancellationRequested)
        {
            var member = Interlocked.Increment(ref _next) % config.Members.Count;
            if (!_watched.TryAdd(member, true)) 
            {
                await PauseAsync();
                continue;
            }

            try
            {
                await WatchAsync(config.Members[member]);
            }
            catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e) when (e is IOException or InvalidDataException or OperationCanceledException or Google.Protobuf.InvalidProtocolBufferException)
            {
                LogLost(rules.Market, config.Members[member].Peer.ToText(), e.Message);
            }
            finally
            {
                _watched.TryRemove(member, out _);
            }

            // It may be gone, or no member any more.
            lost();
            await PauseAsync();
        }
    }

    private async Task WatchAsync(EpochMember member)
    {
        if (!member.Peer.TryToPeer(out var peer)) return;
        network.Rpc.Learn(peer, member.Addresses);
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(_stopping.Token);
        deadline.CancelAfter(TimeSpan.FromSeconds(10));
        await using var stream = await network.Host.OpenStreamAsync(peer, [MarketProtocols.Watch], deadline.Token);
        var request = new WatchRequest
        {
            Network = Google.Protobuf.ByteString.CopyFrom(rules.Network.Value.ToArray()),
            Market = Google.Protobuf.ByteString.CopyFrom(rules.Market.ToArray()),
            All = all,
            // A little is told again, so that nothing is missed between two streams; repeats change nothing.
            SinceSlot = Math.Max(0, Interlocked.Read(ref _sinceSlot) - (2 * rules.Schedule.ActivationPairs)),
        };
        await LengthPrefixed.WriteAsync(stream, request, deadline.Token);

        // A heartbeat comes each slot pair: three missed ones are a lost broker.
        var silence = TimeSpan.FromMilliseconds(Math.Max(2_000, 6 * rules.Schedule.LengthMs));
        while (true)
        {
            using var waiting = CancellationTokenSource.CreateLinkedTokenSource(_stopping.Token);
            waiting.CancelAfter(silence);
            var bytes = await LengthPrefixed.ReadAsync(stream, MarketProtocols.MaxMessage, waiting.Token);
            if (bytes is null) return;
            var news = StrictParser.Parse(WatchEvent.Parser, bytes);
            if (news.Slot > Interlocked.Read(ref _sinceSlot) && news.Slot < rules.Schedule.SlotAt(new Market.Slots.Instant(time.GetUtcNow().ToUnixTimeMilliseconds())).Value + 2) Interlocked.Exchange(ref _sinceSlot, news.Slot);
            told(news);
        }
    }

    private async Task PauseAsync()
    {
        try
        {
            await Task.Delay(TimeSpan.FromMilliseconds(250), time, _stopping.Token);
        }
        catch (OperationCanceledException)
        {
            // Stopped by us: the caller's loop sees it.
        }
    }

    [LoggerMessage(Level = LogLevel.Debug, Message = "The watch of {Market} at {Broker} ended: {Reason}")]
    private partial void LogLost(MarketId market, string broker, string reason);
}
