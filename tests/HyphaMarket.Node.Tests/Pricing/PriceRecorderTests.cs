using System.Diagnostics.Metrics;
using HyphaMarket.Libp2p.Identity;
using HyphaMarket.Node.Api.Contracts;
using HyphaMarket.Node.Api.Events;
using HyphaMarket.Node.Configuration;
using HyphaMarket.Node.Pricing;
using HyphaMarket.Node.Storage.Prices;
using HyphaMarket.Node.Telemetry;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace HyphaMarket.Node.Tests.Pricing;

/// <summary>A history that cannot be written: nothing waits for it, nothing is lost within the bound, and nothing is lost in silence.</summary>
[CancelAfter(120_000)]
public sealed class PriceRecorderTests
{
    private TurnedTime _time = null!;
    private readonly NetworkDefinition _network = new(NetworkDocument.Defaults("test", new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero), TimeSpan.FromSeconds(2)));
    private readonly KeyPair _keys = KeyPair.Generate();

    [SetUp]
    public void MakeClock() => _time = new TurnedTime();

    [OneTimeTearDown]
    public void DisposeKeys() => _keys.Dispose();

    [Test]
    public async Task WhileTheDatabaseIsDown_TradesWaitAreToldOf_AndAreWrittenWhenItIsBack(CancellationToken stop)
    {
        await using var store = new FailingStore();
        await using var node = Node.Of(this, store, _time);
        store.Fails = true;
        node.Note(3);
        await node.UntilAsync(() => node.Recorder.Fault is not null, stop);
        Assert.That(node.Health.Fault, Does.Contain("no database").And.Contain("3 of at most"));
        Assert.That(node.Health.IsDegradation, "the market goes on");
        node.Note(2);
        await node.UntilAsync(() => node.Recorder.Waiting == 5, stop);

        store.Fails = false;
        // One second, then two, then four: nothing is asked for before its time.
        await node.UntilAsync(() => store.Kept.Count == 5, stop, turn: TimeSpan.FromMilliseconds(250));
        await node.UntilAsync(() => node.Recorder.Waiting == 0, stop);
        Assert.That(node.Recorder.Fault, Is.Null);
        Assert.That(node.Warnings.Count, Is.EqualTo(1), "one for a row of failures");
        Assert.That(node.Missed, Is.Zero);
    }

    [Test]
    public async Task Attempts_ComeAtGrowingIntervals_UpToAMinute(CancellationToken stop)
    {
        await using var store = new FailingStore { Fails = true };
        await using var node = Node.Of(this, store, _time);
        node.Note(1);
        await node.UntilAsync(() => store.Attempts >= 9, stop, turn: TimeSpan.FromMilliseconds(500));
        Assert.That(_time.Waits.Take(8).Select(wait => wait.TotalSeconds), Is.EqualTo(new[] { 1, 2, 4, 8, 16, 32, 60, 60 }));
    }

    [Test]
    public async Task TradesBeyondTheBound_AreCountedAndToldOf(CancellationToken stop)
    {
        await using var store = new FailingStore { Fails = true };
        await using var node = Node.Of(this, store, _time);
        node.Note(1);
        await node.UntilAsync(() => node.Recorder.Fault is not null, stop);
        node.Note(PriceRecorder.MaxWaiting + 7);
        await node.UntilAsync(() => node.Missed > 0, stop);
        Assert.That(node.Recorder.Waiting + node.Missed, Is.EqualTo(PriceRecorder.MaxWaiting + 8));
        Assert.That(node.Recorder.Waiting, Is.LessThanOrEqualTo(PriceRecorder.MaxWaiting + 1_000), "the bound, and the batch that is tried");
        Assert.That(node.Warnings, Has.Some.Contains("will be missing"));
    }

    [Test]
    public async Task TradeThatTheDatabaseNeverTakes_IsCounted_AndKeepsOutNoOther(CancellationToken stop)
    {
        await using var store = new FailingStore { Refused = "t37" };
        await using var node = Node.Of(this, store, _time);
        node.Note(100);
        await node.UntilAsync(() => store.Kept.Count == 99 && node.Recorder.Waiting == 0, stop);
        Assert.That(node.Missed, Is.EqualTo(1));
        Assert.That(node.Warnings, Has.Count.EqualTo(1).And.All.Contains("Too large"));
        Assert.That(node.Recorder.Fault, Is.Null);
    }

    [Test]
    public async Task TrimThatFails_HoldsUpNoTrade_AndIsToldOfUntilOneWorks(CancellationToken stop)
    {
        await using var store = new FailingStore { TrimFailure = new PriceStoreException("It takes too long.") };
        await using var node = Node.Of(this, store, _time);
        node.Note(3);
        await node.UntilAsync(() => node.Recorder is { Fault: not null, Waiting: 0 } && store.Kept.Count == 3, stop);
        Assert.That(node.Health.Fault, Does.Contain("cannot be dropped").And.Contain("takes too long"));
        // The clock stands still, so what is written is written at once.
        node.Note(2_000);
        await node.UntilAsync(() => store.Kept.Count == 2_003 && node.Recorder.Waiting == 0, stop);
        Assert.That(store.Trims, Is.EqualTo(1), "not with each batch");
        store.TrimFailure = null;
        _time.Advance(TimeSpan.FromMinutes(1));
        node.Note(1);
        await node.UntilAsync(() => node.Recorder.Fault is null, stop);
        Assert.That((store.Kept.Count, store.Trims, node.Missed), Is.EqualTo((2_004, 2, 0)));
        await node.UntilAsync(() => !node.Warnings.IsEmpty, stop);
        Assert.That(node.Warnings, Has.Count.EqualTo(1).And.Some.Contains("which grows"));
    }

    [Test]
    public async Task StopDuringATrim_CountsNoTradeThatIsWritten(CancellationToken stop)
    {
        await using var store = new FailingStore { TrimTakesForEver = true };
        await using var node = Node.Of(this, store, _time);
        node.Note(1);
        await store.Trimming.WaitAsync(stop);
        using var hurry = new CancellationTokenSource();
        await hurry.CancelAsync();
        await node.Recorder.StopAsync(hurry.Token);
        Assert.That((store.Kept.Count, node.Missed), Is.EqualTo((1, 0)));
    }

    [Test]
    public async Task FailureThatNobodyKnows_IsToldOf_AndTradesWaitAsWithOthers(CancellationToken stop)
    {
        await using var store = new FailingStore { Failure = new UnauthorizedAccessException("The password file is another user's.") };
        await using var node = Node.Of(this, store, _time);
        node.Note(3);
        await node.UntilAsync(() => node.Recorder is { Fault: not null, Waiting: 3 }, stop);
        Assert.That(node.Health.Fault, Does.Contain("another user's").And.Contain("3 of at most"));
        store.Failure = null;
        await node.UntilAsync(() => store.Kept.Count == 3 && node.Recorder.Fault is null, stop, turn: TimeSpan.FromMilliseconds(250));
    }

    [Test]
    public async Task SlotWhoseTradesCannotBeMade_CostsItsOwn_AndHoldsUpNeitherOthersNorAStop(CancellationToken stop)
    {
        await using var store = new FailingStore();
        await using var node = Node.Of(this, store, _time);
        node.Recorder.Note(2, () => throw new InvalidOperationException("No legs."));
        node.Note(1);
        await node.UntilAsync(() => store.Kept.Count == 1, stop);
        Assert.That(node.Missed, Is.EqualTo(2));
        await node.Recorder.StopAsync(stop);
        await node.UntilAsync(() => node.Warnings.Any(warning => warning.Contains("No legs.", StringComparison.Ordinal)), stop);
    }

    [Test]
    public async Task Stop_WritesWhatWaits_AndCountsWhatCannotBeWritten(CancellationToken stop)
    {
        await using var good = new FailingStore();
        var first = Node.Of(this, good, _time);
        first.Note(5);
        await first.Recorder.StopAsync(stop);
        Assert.That(good.Kept, Has.Count.EqualTo(5));
        await first.DisposeAsync();

        await using var bad = new FailingStore { Fails = true };
        var second = Node.Of(this, bad, _time);
        second.Note(1);
        await second.UntilAsync(() => second.Recorder.Fault is not null, stop);
        second.Note(4_000);
        await second.Recorder.StopAsync(stop);
        Assert.That(second.Missed, Is.EqualTo(4_001));
        await second.DisposeAsync();
    }

    /// <summary>A recorder with what it tells.</summary>
    private sealed class Node : IAsyncDisposable
    {
        private readonly ServiceProvider _services = new ServiceCollection().BuildServiceProvider();
        private readonly FakeTimeProvider? _time;
        private readonly NodeMetrics _metrics;
        private readonly MeterListener _listener = new();
        private readonly CancellationTokenSource _watching = new();
        private readonly Task _watch;
        private long _missed;
        private int _last;

        private Node(PriceRecorderTests tests, IPriceStore store, TimeProvider time)
        {
            _time = time as FakeTimeProvider;
            var events = new EventHub(new ApiOptions(), time);
            _metrics = new NodeMetrics(new GaugeBoard(_services, time, NullLogger<GaugeBoard>.Instance));
            _listener.InstrumentPublished = (instrument, listener) =>
            {
                if (instrument.Meter == _metrics.Meter && instrument.Name == MetricCatalogue.HistoryMissed.Name) listener.EnableMeasurementEvents(instrument);
            };
            _listener.SetMeasurementEventCallback<long>((_, value, _, _) => Interlocked.Add(ref _missed, value));
            _listener.Start();
            Recorder = new PriceRecorder(store, tests._network, tests._keys, events, _metrics, time, NullLogger<PriceRecorder>.Instance);
            Health = new HistoryHealth(Recorder);
            _watch = WatchAsync(events);
        }

        public PriceRecorder Recorder { get; }
        public HistoryHealth Health { get; }
        public long Missed => Interlocked.Read(ref _missed);
        public System.Collections.Concurrent.ConcurrentQueue<string> Warnings { get; } = new();

        public static Node Of(PriceRecorderTests tests, IPriceStore store, TimeProvider time)
        {
            var node = new Node(tests, store, time);
            node.Recorder.StartAsync(default).GetAwaiter().GetResult();
            return node;
        }

        public void Note(int trades)
        {
            var first = _last;
            _last += trades;
            Recorder.Note(trades, () => [.. Enumerable.Range(first, trades).Select(i => new MarketTrade
            {
                Id = $"t{i}", Market = "x", Slot = 1 + i, Index = 0, AtMs = 1_000 + i, Quantity = 1, BuyPriceMicros = 11, SellPriceMicros = 10, Own = false,
            })]);
        }

        /// <summary>Waits for a state, turning the clock meanwhile if it is told to.</summary>
        public async Task UntilAsync(Func<bool> holds, CancellationToken stop, TimeSpan turn = default)
        {
            while (!holds())
            {
                await Task.Delay(2, stop);
                if (turn > TimeSpan.Zero) _time!.Advance(turn);
            }
        }

        public async ValueTask DisposeAsync()
        {
            await Recorder.DisposeAsync();
            await _watching.CancelAsync();
            await _watch;
            _watching.Dispose();
            _listener.Dispose();
            _metrics.Dispose();
            await _services.DisposeAsync();
        }

        private async Task WatchAsync(EventHub events)
        {
            try
            {
                await foreach (var happened in events.WatchAsync(0, _watching.Token)) if (happened.Event == NodeEventKind.Warning) Warnings.Enqueue(happened.Message ?? "");
            }
            catch (OperationCanceledException)
            {
                // The test is over.
            }
        }
    }

    /// <summary>A clock that the test turns, which remembers how long somebody wanted to wait by it.</summary>
    private sealed class TurnedTime() : FakeTimeProvider(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero))
    {
        public System.Collections.Concurrent.ConcurrentQueue<TimeSpan> Waits { get; } = new();

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            if (dueTime > TimeSpan.Zero) Waits.Enqueue(dueTime);
            return base.CreateTimer(callback, state, dueTime, period);
        }
    }

    /// <summary>A store in memory that can be told to fail.</summary>
    private sealed class FailingStore : IPriceStore
    {
        private readonly TaskCompletionSource _trimming = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private volatile bool _fails;
        private volatile Exception? _failure, _trimFailure;
        private int _attempts, _trims;

        public bool Fails { get => _fails; set => _fails = value; }

        /// <summary>Of a kind that no store should throw.</summary>
        public Exception? Failure { get => _failure; set => _failure = value; }

        public Exception? TrimFailure { get => _trimFailure; set => _trimFailure = value; }
        public bool TrimTakesForEver { get; init; }
        public int Trims => Volatile.Read(ref _trims);

        /// <summary>Ends when a trim begins.</summary>
        public Task Trimming => _trimming.Task;

        /// <summary>The id of a trade that it never takes.</summary>
        public string? Refused { get; init; }
        public int Attempts => Volatile.Read(ref _attempts);
        public System.Collections.Concurrent.ConcurrentBag<MarketTrade> Kept { get; } = [];

        public Task OpenAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task AddAsync(IReadOnlyList<MarketTrade> trades, CancellationToken cancellationToken)
        {
            Interlocked.Increment(ref _attempts);
            if (_fails) return Task.FromException(new PriceStoreException("There is no database.") { Fix = "There is no database to mend." });
            if (_failure is { } failure) return Task.FromException(failure);
            if (trades.Any(trade => trade.Id == Refused)) return Task.FromException(new PriceStoreException("Too large.") { IsOfTheTrades = true });
            foreach (var trade in trades) Kept.Add(trade);
            return Task.CompletedTask;
        }

        public Task<IReadOnlyList<MarketTrade>> ListTradesAsync(string? market, long sinceMs, long beforeMs, int limit, CancellationToken cancellationToken) => Task.FromResult<IReadOnlyList<MarketTrade>>([.. Kept]);

        public Task<IReadOnlyList<Candle>> ListCandlesAsync(string market, CandleInterval interval, long fromMs, int limit, CancellationToken cancellationToken) => Task.FromResult<IReadOnlyList<Candle>>([]);

        public Task TrimAsync(long nowMs, CancellationToken cancellationToken)
        {
            Interlocked.Increment(ref _trims);
            _trimming.TrySetResult();
            if (_trimFailure is { } failure) return Task.FromException(failure);
            return TrimTakesForEver ? Task.Delay(Timeout.Infinite, cancellationToken) : Task.CompletedTask;
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
