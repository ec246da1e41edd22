using HyphaMarket.Brokerage.Brokers;
using HyphaMarket.Brokerage.Epochs;
using HyphaMarket.Brokerage.Journal;
using HyphaMarket.Brokerage.Records;
using HyphaMarket.Market.Ids;
using HyphaMarket.Market.Matching;
using HyphaMarket.Market.Money;
using HyphaMarket.Market.Offers;
using HyphaMarket.Market.Slots;
using HyphaMarket.Wire;
using HyphaMarket.Wire.Messages;

namespace HyphaMarket.Brokerage.Tests.Support;

/// <summary>Real broker cores of one market, joined by a network of the test's own: it keeps the time and delivers what it is told to.</summary>
internal sealed class BrokerNetwork
{
    private readonly PriorityQueue<Action, (long At, long Order)> _events = new();
    private readonly ISignatureVerifier _verifier;
    private readonly BrokerOptions _options;
    private readonly Dictionary<int, Instant> _timers = [];
    private long _order;

    /// <param name="change">What is to differ from a market of one-second slots without work.</param>
    public BrokerNetwork(int brokers, int slotMs = 1000, long latencyMs = 10, Func<MarketRules, MarketRules>? change = null, BrokerOptions? options = null, ISignatureVerifier? verifier = null)
    {
        LatencyMs = latencyMs;
        (_options, _verifier) = (options ?? new BrokerOptions(), verifier ?? new TestVerifier());
        var rules = new MarketRules
        {
            Network = new NetworkId(Hash256.Of("test network"u8)),
            Market = new MarketId(Hash256.Of("test market"u8)),
            Schedule = SlotSchedule.WithDefaultBounds(0, slotMs),
            Clearing = ClearingRules.Find("pairwise-mean")!,
            TtlCapSlots = 300,
            WorkBits = 0,
        };
        Rules = change?.Invoke(rules) ?? rules;
        Signers = Enumerable.Range(0, brokers).Select(i => new TestSigner($"broker-{i}")).ToArray();
        var config = EpochConfig.First(Rules.Market, Signers.Select(signer => new EpochMember(signer.Id, [])), new Slot(0));
        Config = config.Signed(Rules.Network, EpochPhase.Commit, 0, Signers);
        Brokers = Signers.Select(Create).ToArray();
    }

    public MarketRules Rules { get; }
    public EpochConfig Config { get; }
    public TestSigner[] Signers { get; }
    public MarketBroker[] Brokers { get; }
    public long LatencyMs { get; }
    public Instant Now { get; private set; } = new(0);

    /// <summary>What each broker's disk holds.</summary>
    public Dictionary<int, List<JournalEntry>> Disks { get; } = [];
    public List<(int Broker, CertifiedSlot Slot)> Certified { get; } = [];
    public List<(int Broker, BrokerReport What, Slot Slot, string Detail)> Reports { get; } = [];
    public List<(int Broker, ParticipantId Owner, StoreNotice Notice)> Notices { get; } = [];
    public HashSet<int> Down { get; } = [];

    /// <summary>Records that brokers spread on the market's topic.</summary>
    public List<(int Broker, Record Record)> Gossiped { get; } = [];

    /// <summary>Requests that reached their broker, whether or not the answer came back.</summary>
    public List<(int From, int To, BrokerRequest Request)> Delivered { get; } = [];

    /// <summary>Votes and proposals that left a broker, in a request or in an answer, by whoever signed them.</summary>
    public List<(int From, Record Record)> Shown { get; } = [];

    /// <summary>False where gossip reaches nobody.</summary>
    public bool HasGossip { get; set; } = true;

    /// <summary>How far each broker's clock is ahead; milliseconds.</summary>
    public Dictionary<int, long> SkewMs { get; } = [];

    /// <summary>Returns true for messages that are lost: from, to, request.</summary>
    public Func<int, int, BrokerRequest, bool> Loses { get; set; } = (_, _, _) => false;

    /// <summary>Returns true where an appended entry never gets durable.</summary>
    public Func<int, JournalEntry, bool> DiskHangs { get; set; } = (_, _) => false;

    public MarketBroker Create(TestSigner signer) => new(Rules, Config, _options, signer, _verifier);

    /// <summary>A restart: a new core with what was durable.</summary>
    public void Restart(int broker, Hash256? damage = null)
    {
        Brokers[broker] = Create(Signers[broker]);
        Brokers[broker].Restore(Disks.GetValueOrDefault(broker) ?? [], damage);
        _timers[broker] = Now;
        Down.Remove(broker);
    }

    public Instant ClockOf(int broker) => Now.PlusMs(SkewMs.GetValueOrDefault(broker));

    public Record OfferOf(TestSigner owner, ulong sequence, Side side, long price, int quantity = 1, Action<OfferBody>? change = null)
    {
        var slot = Rules.Schedule.SlotAt(Now);
        var body = OfferBody.Parser.ParseFrom(OfferRecords.ToBody(new Offer
        {
            Id = default,
            Owner = owner.Id,
            Sequence = sequence,
            Market = Rules.Market,
            Side = side,
            LimitPrice = new MicroCredits(price),
            Quantity = quantity,
            LeaseTermMinutes = 60,
            FirstSlot = slot,
            LastSlot = slot.Plus(100),
        }));
        change?.Invoke(body);
        return Work(SignedRecords.Sign(Rules.Network, RecordKind.Offer, body, owner), (int)Math.Clamp(body.Quantity, 1, int.MaxValue));
    }

    /// <summary>A cancel of a signed offer, perhaps with another in its place.</summary>
    public Record CancelOf(TestSigner owner, Record offer, Record? replacement = null) =>
        Work(SignedRecords.Sign(Rules.Network, RecordKind.Cancel, new CancelBody { Offer = offer.Body, Replacement = replacement }, owner), 1);

    /// <summary>The same record with its proof of work, where the market asks for one that a test can find: over its own id, or over its bundle's.</summary>
    public Record Work(Record record, int quantity, int? bundleSize = null)
    {
        var (subject, size) = Bundles.WorkOf(record, SignedRecords.IdOf(record));
        var bits = ProofOfWork.RequiredBits(Rules.WorkBits, quantity, bundleSize ?? size);
        if (bits <= 16 && ProofOfWork.TrySearch(subject, bits, 0, 1 << 24, out var nonce)) record.WorkNonce = nonce;
        return record;
    }

    /// <summary>Submits to the named brokers, or to all that are up, and returns the answers.</summary>
    public IReadOnlyList<SubmitResult> Submit(TestSigner owner, Record record, params int[] to)
    {
        var targets = to.Length > 0 ? to : Enumerable.Range(0, Brokers.Length).Where(i => !Down.Contains(i)).ToArray();
        var results = targets.Select(i => Brokers[i].Submit(ClockOf(i), owner.Id, record)).ToArray();
        foreach (var i in targets) Drain(i);
        return results;
    }

    public void RunUntil(Instant until)
    {
        while (true)
        {
            var timer = Enumerable.Range(0, Brokers.Length)
                .Where(i => !Down.Contains(i))
                .Select(i => (Broker: i, At: _timers.GetValueOrDefault(i)))
                .MinBy(timer => timer.At.UnixMs);
            var nextEvent = _events.TryPeek(out _, out var priority) ? priority.At : long.MaxValue;
            var next = Math.Min(nextEvent, timer.At.UnixMs);
            if (next > until.UnixMs) break;
            Now = new Instant(Math.Max(Now.UnixMs, next));
            if (nextEvent <= timer.At.UnixMs)
            {
                _events.Dequeue()();
                continue;
            }

            Brokers[timer.Broker].OnTimer(ClockOf(timer.Broker));
            Drain(timer.Broker);
        }

        Now = until;
    }

    /// <summary>Takes out what a broker's core wants done after a test called it by hand.</summary>
    public void CarryOut(int broker) => Drain(broker);

    public void RunUntilSlot(long slot) => RunUntil(Rules.Schedule.StartOf(new Slot(slot)));

    private void After(long ms, Action action) => _events.Enqueue(action, (Now.UnixMs + ms, _order++));

    private void Note(int from, params Record?[] records) =>
        Shown.AddRange(records.OfType<Record>().Where(record => record.Kind is RecordKind.Vote or RecordKind.Proposal).Select(record => (from, record)));

    private int IndexOf(ParticipantId id) => Array.FindIndex(Signers, signer => signer.Id == id);

    private void Drain(int broker)
    {
        var core = Brokers[broker];
        while (core.TryTake(out var effect))
        {
            switch (effect)
            {
                case BrokerEffect.Append append:
                    if (DiskHangs(broker, append.Entry)) break;
                    After(1, () =>
                    {
                        if (Brokers[broker] != core || Down.Contains(broker)) return;
                        if (!Disks.TryGetValue(broker, out var disk)) Disks.Add(broker, disk = []);
                        disk.Add(append.Entry);
                        core.OnDurable(ClockOf(broker), append.Number);
                        Drain(broker);
                    });
                    break;
                case BrokerEffect.Ask ask:
                    Send(broker, core, ask);
                    break;
                case BrokerEffect.Gossip gossip:
                    foreach (var record in gossip.Records)
                    {
                        Gossiped.Add((broker, record));
                        if (!HasGossip) continue;
                        foreach (var other in Enumerable.Range(0, Brokers.Length).Where(i => i != broker))
                        {
                            After(LatencyMs, () =>
                            {
                                if (Down.Contains(other)) return;
                                Brokers[other].OnGossip(ClockOf(other), Signers[broker].Id, record.Clone());
                                Drain(other);
                            });
                        }
                    }

                    break;
                case BrokerEffect.Certified certified:
                    Certified.Add((broker, certified.Slot));
                    break;
                case BrokerEffect.Tell tell:
                    Notices.Add((broker, tell.Owner, tell.Notice));
                    break;
                case BrokerEffect.Report report:
                    Reports.Add((broker, report.What, report.Slot, report.Detail));
                    break;
                default:
                    throw new InvalidOperationException($"Unknown effect {effect}.");
            }
        }

        // A driver waits for so long, whatever becomes of its clock meanwhile.
        _timers[broker] = Now.PlusMs(Math.Max(0, core.NextTimer.UnixMs - ClockOf(broker).UnixMs));
    }

    private void Send(int from, MarketBroker core, BrokerEffect.Ask ask)
    {
        var to = IndexOf(ask.To);
        Note(from, ask.Request.Vote, ask.Request.Proposal);
        var lost = Loses(from, to, ask.Request);
        After(LatencyMs, () =>
        {
            BrokerResponse? response = null;
            if (!lost && !Down.Contains(to))
            {
                Delivered.Add((from, to, ask.Request));
                // Through bytes, as on the wire: nothing is shared between cores.
                response = BrokerResponse.Parser.ParseFrom(Google.Protobuf.MessageExtensions.ToByteArray(
                    Brokers[to].OnRequest(ClockOf(to), Signers[from].Id, BrokerRequest.Parser.ParseFrom(Google.Protobuf.MessageExtensions.ToByteArray(ask.Request)))));
                Note(to, [.. response.Records?.Records ?? []]);
                Drain(to);
            }

            After(response is null ? 200 : LatencyMs, () =>
            {
                if (Brokers[from] != core || Down.Contains(from)) return;
                core.OnResponse(ClockOf(from), ask.Number, response);
                Drain(from);
            });
        });
    }
}
