using System.Diagnostics;
using System.Threading.Channels;
using HyphaMarket.Brokerage.Brokers;
using HyphaMarket.Brokerage.Epochs;
using HyphaMarket.Libp2p.Identity;
using HyphaMarket.Market.Ids;
using HyphaMarket.Market.Matching;
using HyphaMarket.Market.Slots;
using HyphaMarket.Node.Brokering;
using HyphaMarket.Node.Intake;
using HyphaMarket.Node.Networking;
using HyphaMarket.Wire;
using HyphaMarket.Wire.Messages;
using Microsoft.Extensions.Logging.Abstractions;

namespace HyphaMarket.Bench.Ingest;

/// <summary>Submissions in bytes through the pipeline of a market into its broker's store: parsing, cheap checks, verifiers, rings, the core. Beside it the bare check of as many signatures.</summary>
/// <remarks>
/// Lots of as many offers as a market keeps, each into an empty store. A fresh one is that of a market which a running node begins to broker: the
/// verifiers are there, the tables grow. A used one is that of a broker that has been full before: one broker takes lot after lot, each after the slots in which
/// the lot before ended; that a slot begins and what ended is pruned is in the time of each lot, and the first lot of each sample is not.
/// </remarks>
internal sealed class SignedPath : IDisposable
{
    /// <summary>What a market keeps by default, both sides.</summary>
    private const int Offers = 8_192;

    private const int Owners = 64;

    private readonly SignedOffers _offers = new(Owners);
    private readonly KeyPair _broker = KeyPair.Generate();
    private readonly MarketRules _rules;
    private readonly Instant _now = new(1_000_500);
    private readonly Dictionary<(int Size, bool IsBundled, int Lot), IReadOnlyList<(ParticipantId Owner, byte[][] Requests)>> _made = [];
    private readonly int _repeats;
    private readonly int _bundledRepeats;

    /// <param name="repeats">Lots of one sample of single offers.</param>
    /// <param name="bundledRepeats">Of one sample of bundles, which are many times as fast: with as many, a sample would be over after a few collections.</param>
    public SignedPath(int repeats, int bundledRepeats)
    {
        (_repeats, _bundledRepeats) = (repeats, bundledRepeats);
        _rules = new MarketRules
        {
            Network = new NetworkId(Hash256.Of("benchmark"u8)),
            Market = new MarketId(Hash256.Of("benchmark market"u8)),
            Schedule = SlotSchedule.WithDefaultBounds(0, 2_000),
            Clearing = ClearingRules.Find("pairwise-mean")!,
            TtlCapSlots = 300,
            WorkBits = SignedOffers.WorkBits,
            OpenOffers = Bundles.MaxSize,
            LargestOpenUnits = Bundles.MaxSize,
        };
    }

    /// <summary>Thousand offers a second into the store.</summary>
    /// <param name="size">Offers of a submission.</param>
    /// <param name="withReceipts">Signed receipts are made too, as a daemon does.</param>
    /// <param name="isUsed">The store has been full before.</param>
    public double Thousands(int size, bool isBundled, bool withReceipts, bool isUsed = false) => isUsed ? FillAgain(size, isBundled, withReceipts) : Fill(size, isBundled, withReceipts);

    /// <summary>Thousand signature checks a second by so many threads that do nothing else, over messages of the offers' size.</summary>
    public double VerifyThousands(int threads)
    {
        var made = Made(64, isBundled: false);
        var checks = made.SelectMany(owner => owner.Requests.SelectMany(request => SubmitRequest.Parser.ParseFrom(request).Records).Select(record => (owner.Owner, Message: SignedRecords.SigningBytes(_rules.Network, record.Kind, record.Body.Span), Signature: record.Signature.ToByteArray()))).ToArray();
        var verifier = new PeerSignatureVerifier();
        var start = Stopwatch.GetTimestamp();
        var workers = Enumerable.Range(0, threads).Select(number => new Thread(() =>
        {
            for (var repeat = 0; repeat < _repeats; repeat++)
            {
                for (var i = number; i < checks.Length; i += threads)
                {
                    if (!verifier.Verify(checks[i].Owner, checks[i].Message, checks[i].Signature)) throw new InvalidOperationException("A right signature was refused.");
                }
            }
        })).ToArray();
        foreach (var worker in workers) worker.Start();
        foreach (var worker in workers) worker.Join();
        return (double)_repeats * checks.Length / Stopwatch.GetElapsedTime(start).TotalMilliseconds;
    }

    public void Dispose()
    {
        _offers.Dispose();
        _broker.Dispose();
    }

    /// <summary>When a lot is sent: an even slot, when all of the lot before has been forgotten.</summary>
    private Instant TimeOf(int lot)
    {
        var slots = SignedOffers.Slots + _rules.RetainSlots + 2;
        return _now.PlusMs(lot * (slots + (slots & 1)) * _rules.Schedule.LengthMs);
    }

    private IReadOnlyList<(ParticipantId Owner, byte[][] Requests)> Made(int size, bool isBundled, int lot = 0)
    {
        if (_made.TryGetValue((size, isBundled, lot), out var known)) return known;
        var submissions = Math.Max(1, Offers / Owners / size);
        var all = _offers.Make(_rules.Network, _rules.Market, _rules.Schedule.SlotAt(TimeOf(lot)).Next, submissions, size, isBundled);
        // Of large bundles a few owners fill the store.
        return _made[(size, isBundled, lot)] = [.. all.Take(Math.Max(1, Offers / (submissions * size)))];
    }

    private int LotsOf(bool isBundled) => isBundled ? _bundledRepeats : _repeats;

    private double Fill(int size, bool isBundled, bool withReceipts)
    {
        var made = Made(size, isBundled);
        var elapsed = TimeSpan.Zero;
        var taken = 0;
        using var pool = NewPool();
        for (var lot = LotsOf(isBundled); lot > 0; lot--)
        {
            var market = new Loop(_rules, _broker, pool, _now);
            var start = Stopwatch.GetTimestamp();
            Send(market, made, withReceipts);
            elapsed += Stopwatch.GetElapsedTime(start);
            taken += market.Stop();
        }

        return taken / elapsed.TotalMilliseconds;
    }

    private double FillAgain(int size, bool isBundled, bool withReceipts)
    {
        var lots = Enumerable.Range(0, LotsOf(isBundled) + 1).Select(lot => Made(size, isBundled, lot)).ToArray();
        using var pool = NewPool();
        var market = new Loop(_rules, _broker, pool, _now);
        Send(market, lots[0], withReceipts);
        var taken = 0;
        var start = Stopwatch.GetTimestamp();
        for (var lot = 1; lot < lots.Length; lot++)
        {
            var before = market.Begin(TimeOf(lot));
            if (before > 0) throw new InvalidOperationException($"{before} offers of the lot before are in the store.");
            Send(market, lots[lot], withReceipts);
            taken += lots[lot].Count * lots[lot][0].Requests.Length * size;
        }

        var elapsed = Stopwatch.GetElapsedTime(start);
        var kept = market.Stop();
        if (kept * LotsOf(isBundled) != taken) throw new InvalidOperationException($"{taken / LotsOf(isBundled)} offers were sent in each lot, and {kept} are in the store.");
        return taken / elapsed.TotalMilliseconds;
    }

    private static VerifierPool NewPool() => new(new IntakeOptions { RecordsPerSecond = 1_000_000, RecordBurst = 1_000_000 }, NullLogger<VerifierPool>.Instance);

    /// <summary>Each owner's connection has one submission under way.</summary>
    private static void Send(Loop market, IReadOnlyList<(ParticipantId Owner, byte[][] Requests)> lot, bool withReceipts) =>
        Task.WaitAll([.. lot.Select(owner => Task.Run(() => market.SendAsync(owner.Owner, owner.Requests, withReceipts)))]);

    /// <summary>A market's loop as a node has it, without the network around it.</summary>
    private sealed class Loop
    {
        private readonly Channel<bool> _wakes = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { SingleReader = true, FullMode = BoundedChannelFullMode.DropWrite });
        private readonly MarketIntake _intake;
        private readonly MarketBroker _core;
        private readonly EpochConfig _config;
        private readonly Task _running;
        private volatile Beginning? _beginning;
        private Began _began;

        public Loop(MarketRules rules, KeyPair keys, VerifierPool pool, Instant now)
        {
            var signer = new KeySigner(keys);
            _config = EpochConfig.First(rules.Market, [new EpochMember(signer.Id, [])], new Slot(0));
            _began = new Began(now, Stopwatch.GetTimestamp());
            _intake = new MarketIntake(rules, signer, new PeerSignatureVerifier(), pool, Now, () => _wakes.Writer.TryWrite(true));
            _core = new MarketBroker(rules, _config, new BrokerOptions(), signer, _intake.Signatures);
            _core.OnTimer(now);
            _intake.Publish(_core, _config);
            _running = Task.Run(RunAsync);
        }

        public async Task SendAsync(ParticipantId owner, byte[][] requests, bool withReceipts)
        {
            foreach (var bytes in requests)
            {
                // A message comes into an array of its own, which what is read of it holds on to.
                var request = SubmitRequestReader.Read(bytes.ToArray(), BrokerService.MaxSubmittedRecords, BrokerService.MaxBundledRecords);
                if (withReceipts)
                {
                    var response = await _intake.SubmitAsync(owner, request.Records, request.Bundles, null, CancellationToken.None);
                    if (response.Results.FirstOrDefault(result => result.Receipt is null) is { } refused) throw new InvalidOperationException($"An offer was refused: {refused.Refusal}");
                }
                else
                {
                    foreach (var answer in await _intake.AdmitAsync(owner, request.Records, request.Bundles, null, CancellationToken.None))
                    {
                        if (answer.Given is null) throw new InvalidOperationException($"An offer was refused: {answer.Verdict}");
                    }
                }
            }
        }

        /// <summary>A later slot begins.</summary>
        /// <returns>Offers in the store then.</returns>
        public int Begin(Instant now)
        {
            Volatile.Write(ref _began, new Began(now, Stopwatch.GetTimestamp()));
            var beginning = _beginning = new Beginning(now);
            _wakes.Writer.TryWrite(true);
            return beginning.Offers.Task.GetAwaiter().GetResult();
        }

        /// <returns>Offers in the store.</returns>
        public int Stop()
        {
            _wakes.Writer.TryComplete();
            _running.GetAwaiter().GetResult();
            return _core.OfferCount;
        }

        private Instant Now()
        {
            var began = Volatile.Read(ref _began);
            return began.Now.PlusMs((long)Stopwatch.GetElapsedTime(began.Timestamp).TotalMilliseconds);
        }

        private async Task RunAsync()
        {
            while (await _wakes.Reader.WaitToReadAsync())
            {
                _wakes.Reader.TryRead(out _);
                if (_beginning is { } beginning)
                {
                    _beginning = null;
                    Step(() => _core.OnTimer(beginning.Now));
                    beginning.Offers.SetResult(_core.OfferCount);
                }

                if (_intake.Drain(Step)) _wakes.Writer.TryWrite(true);
            }

            void Step(Action step)
            {
                step();
                while (_core.TryTake(out _))
                {
                    // Nobody is there to gossip to.
                }

                _intake.Publish(_core, _config);
            }
        }

        private sealed record Began(Instant Now, long Timestamp);

        private sealed record Beginning(Instant Now)
        {
            public TaskCompletionSource<int> Offers { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
        }
    }
}
