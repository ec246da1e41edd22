using System.Diagnostics.CodeAnalysis;
using HyphaMarket.Brokerage.Admission;
using HyphaMarket.Brokerage.Epochs;
using HyphaMarket.Brokerage.Journal;
using HyphaMarket.Brokerage.Replica;
using HyphaMarket.Market.Ids;
using HyphaMarket.Market.Matching;
using HyphaMarket.Market.Offers;
using HyphaMarket.Market.Slots;
using HyphaMarket.Wire;
using HyphaMarket.Wire.Messages;

namespace HyphaMarket.Brokerage.Brokers;

/// <summary>One broker's view of one market in one epoch: collects offers, reconciles, proposes, votes once a slot, assembles certificates.</summary>
/// <remarks>
/// A core without I/O: synchronous, single-threaded, deterministic. A vote leaves as <see cref="BrokerEffect.Append"/>; it is shown only after
/// <see cref="OnDurable"/>, so a crash cannot make this broker vote twice. A proposal is shown with its proposer's own vote, so a crash cannot make
/// it propose twice either. Parts: Intake, Cancels and Settled (what comes in), Proposing, Voting, Rules, Evidence, Reconciling, Fetching, Quotes.
/// </remarks>
public sealed partial class MarketBroker
{
    private readonly MarketRules _rules;
    private readonly Google.Protobuf.ByteString _networkBytes;
    private readonly Google.Protobuf.ByteString _marketBytes;
    private readonly OfferLimits _limits;
    private readonly BrokerOptions _options;
    private readonly BrokerSets _sets;
    private readonly ISigner _signer;
    private readonly ISignatureVerifier _verifier;
    private readonly RecordAdmission _admission;
    private readonly MonotonicSlot _clock;
    private readonly RecordReplica _replica;
    private readonly KeptOffers _offers;
    private readonly FillLedger _ledger;
    private readonly SlotMatcher _matcher = new();
    // A handful, gone through with every message: a list costs less to walk than a tree.
    private readonly SortedList<Slot, SlotState> _slots = [];
    private readonly RateLimiter _rates;
    private readonly Queue<BrokerEffect> _effects = [];
    private readonly Dictionary<long, Asked> _asked = [];
    private readonly Dictionary<long, Slot> _appending = [];
    private long _lastNumber;
    private static readonly List<SlotState> NoSlots = [];
    private Slot? _prepared;

    /// <summary>The owner that was last refused for its many open offers, and as of which book and slot.</summary>
    private (ParticipantId Owner, long Book, Slot At)? _hasTooManyOpen;
    /// <summary>What the last receipts have in common.</summary>
    private ReceiptMoment? _receipts;
    private Slot _supposed = new(0);
    private bool _isAdopted;
    private Instant _seen = new(0);
    private Instant _compareAt = new(0);

    /// <summary>The last request before this node's clock was last seen to be set: what its answer takes is not known.</summary>
    private long _clockSetAfter;
    private bool _wasSkewed;
    private Slot _lastCertified = new(0);
    private long _lastPriceMicros;

    /// <param name="config">The accepted broker set; this node is one of its members.</param>
    /// <param name="earlier">The sets before it, oldest first, as far as they are known: their certificates are believed.</param>
    /// <exception cref="ArgumentException">The signer is no member of the config, or the config is of another market.</exception>
    public MarketBroker(MarketRules rules, EpochConfig config, BrokerOptions options, ISigner signer, ISignatureVerifier verifier, IReadOnlyList<EpochConfig>? earlier = null)
    {
        ArgumentNullException.ThrowIfNull(rules);
        ArgumentNullException.ThrowIfNull(config);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(signer);
        options.Validate();
        (_rules, _options, _signer, _verifier) = (rules, options, signer, verifier);
        (_networkBytes, _marketBytes) = (rules.Network.Value.ToByteString(), rules.Market.Value.ToByteString());
        _limits = rules.OfferLimits;
        _admission = new RecordAdmission(rules, verifier);
        if (config.IndexOf(signer.Id) < 0) throw new ArgumentException("This node is not a member of the config.", nameof(config));
        if (config.Market != rules.Market) throw new ArgumentException("The config is of another market.", nameof(config));
        _sets = new BrokerSets(signer.Id, 2 * rules.Schedule.ActivationPairs, config, earlier ?? []);
        _clock = new MonotonicSlot(rules.Schedule);
        Clocks = new ClockWatch(Math.Max(options.ClockSampleSlots, 4L * (config.Members.Count - 1)) * rules.Schedule.LengthMs);
        _offers = new KeptOffers(rules.Market, 4 * rules.BookDepth, rules.OpenOffers);
        _replica = new RecordReplica(_offers);
        _ledger = new FillLedger(rules.Schedule, options.StrayFacts);
        _rates = new RateLimiter(options.RecordsPerSecond, options.RecordBurst, options.RatedPeers);
        IsCatchingUp = config.Members.Count > 1;
    }

    /// <summary>The latest broker set; this node may have left with it.</summary>
    public EpochConfig Config => _sets.Current;

    /// <summary>Everybody else with whom records are exchanged: the members of the set, and for a while those of the one before.</summary>
    public IEnumerable<EpochMember> Fellows => _sets.FellowsAt(CurrentSlot);

    /// <summary>This node left the broker set so long ago that nothing it holds matters any more.</summary>
    public bool IsRetired => _sets.IsRetiredAt(CurrentSlot);

    /// <summary>Compares this node's clock with the fellow brokers'.</summary>
    public ClockWatch Clocks { get; }

    /// <summary>
    /// The slot this broker is in. It never goes back once this node's clock has been compared with enough of the others'; until then it is a guess.
    /// While too few comparisons are fresh, it stands still.
    /// </summary>
    public Slot CurrentSlot => _clock.Current is { } adopted && (_isAdopted || adopted > _supposed) ? adopted : _supposed;

    /// <summary>True until the replica has taken in all that f + 1 fellow brokers hold: until then this broker neither proposes nor votes.</summary>
    public bool IsCatchingUp { get; private set; }

    /// <summary>True when this node's clock is too far off, or not yet compared: it does not vote.</summary>
    public bool MayVote => !IsClockSkewed && HasComparedClocks;

    /// <summary>True when the fellow brokers' median is further off than the clock bound S.</summary>
    public bool IsClockSkewed => Math.Abs(Clocks.MedianAheadMs()) > _rules.Schedule.ClockBoundMs;

    /// <summary>Another number after each change of what is offered, cancelled, certified or held: whoever shows the book knows when to look again.</summary>
    public long BookVersion { get; private set; }

    /// <summary>Offers in the store, cancelled ones too.</summary>
    public int OfferCount => _offers.Count;

    /// <summary>The ids of the replica at a slot, ascending.</summary>
    public RecordId[] RecordsAt(Slot slot) => _replica.IdsAt(slot);

    /// <summary>Whether the record is in the replica.</summary>
    public bool Holds(RecordId id) => _replica.Contains(id);

    /// <summary>A record of the replica; null where it is not there.</summary>
    public Record? Find(RecordId id) => _replica.Find(id);

    /// <summary>Records in the replica.</summary>
    public int RecordCount => _replica.Count;

    /// <summary>How much is held, for status and for those who check that it is bounded.</summary>
    public BrokerLoad Load => new()
    {
        Offers = _offers.Count,
        Records = _replica.Count,
        Slots = _slots.Count,
        ProposalsOfASlot = _slots.Values.Select(state => state.Proposals.Count).DefaultIfEmpty(0).Max(),
        VotesOfASlot = _slots.Values.Select(state => state.Votes.Count).DefaultIfEmpty(0).Max(),
        StrayFacts = _ledger.Strays,
        Requests = _asked.Count,
        Sessions = _sessions.Count,
        NamedIds = _sessions.Values.Sum(session => session.Named),
        RatedPeers = _rates.Peers,
        Convicted = _convicted.Count,
        Clocks = Clocks.Peers,
        Effects = _effects.Count,
    };

    /// <summary>When <see cref="OnTimer"/> wants to be called next.</summary>
    public Instant NextTimer { get; private set; } = new(0);

    /// <summary>Half of the other members, rounded down and less the faulty ones: enough for a median that f liars cannot set alone.</summary>
    private int ComparisonsNeeded
    {
        get
        {
            var config = _sets.Of(_clock.Current ?? _supposed);
            return config.Members.Count == 1 ? 0 : Math.Max(1, Math.Min(config.Quorum.OneHonest, config.Members.Count - 1 - config.Quorum.Faulty));
        }
    }

    private bool HasComparedClocks => Clocks.Peers >= ComparisonsNeeded;

    /// <summary>Takes the votes of the journal back in; called once, before anything else.</summary>
    /// <param name="damage">A hash of what shows that the journal is damaged, the same at each start until more is; null for an intact one.</param>
    public void Restore(IEnumerable<JournalEntry> entries, Hash256? damage = null)
    {
        ArgumentNullException.ThrowIfNull(entries);
        RestoreVotes(entries.Where(entry => entry.Kind == JournalKind.Vote));
        RestoreLosses(entries, damage);
    }

    /// <summary>This node committed to a next broker set: as a member of this one it votes in no slot from here on.</summary>
    public void Drain(Slot from) => _sets.Drain(from);

    /// <summary>A broker set of before became known: its certificates are believed from now on, and come by reconciliation.</summary>
    public void Learn(EpochConfig earlier)
    {
        ArgumentNullException.ThrowIfNull(earlier);
        _sets.Learn(earlier);
    }

    /// <summary>A next broker set was adopted, with this node in it or without: the replica, the votes and what they hold go on under it.</summary>
    public void Succeed(Instant now, EpochConfig next)
    {
        ArgumentNullException.ThrowIfNull(next);
        AdvanceTo(now);
        _sets.Succeed(next, HasComparedClocks ? CurrentSlot : null);
        _heard++;
        ForgetEvidence();
    }

    /// <summary>Time passed: slots begin, proposals are made, what was not answered is sent again.</summary>
    public void OnTimer(Instant now)
    {
        var slot = AdvanceTo(now);
        WatchClock();
        WatchAbstention();
        GiveUpOnAnswers(now);
        if (slot != _prepared) Begin(now, slot);
        CompareClocksWhenDue(now);
        ProposeWhenDue(now);
        ReconsiderProposals(now);
        foreach (var state in DueForResending(now)) ResendWhenDue(now, state);
        NextTimer = EarliestTimer(now, slot);
    }

    /// <summary>An appended entry is on disk.</summary>
    public void OnDurable(Instant now, long number)
    {
        if (_appending.Remove(number, out var slot) && _slots.TryGetValue(slot, out var state)) ShowVote(now, state);
    }

    /// <summary>A fellow broker's answer to an <see cref="BrokerEffect.Ask"/>; null when there was none in time.</summary>
    /// <param name="verified">What is known of the records in it; null for nothing.</param>
    public void OnResponse(Instant now, long number, BrokerResponse? response, VerifiedBatch? verified = null)
    {
        verified ??= VerifiedBatch.None;
        if (!_asked.Remove(number, out var asked)) return;
        AgeClocks(now);
        if (response is not null && response.ResponderUnixMs != 0 && number > _clockSetAfter) Clocks.OnAnswer(asked.To, asked.At, now, response.ResponderUnixMs);
        // The answer may be the comparison that was missing: from now on the slot is adopted and no guess.
        AdvanceTo(now);
        switch (asked.What)
        {
            case AskedFor.Records:
                OnFetched(now, asked, response, verified);
                break;
            case AskedFor.Reconciliation:
                OnReconciled(now, asked.Session!, response, verified);
                break;
            case AskedFor.Own:
                OnOwnTold(asked, response);
                break;
            case AskedFor.Proposal or AskedFor.Vote or AskedFor.Push:
                break;
            default:
                throw new InvalidOperationException($"Nothing is asked for {asked.What}.");
        }

        // It may have been the answer that this broker waited for to be able to propose or vote.
        ProposeWhenDue(now);
        if (asked.What is AskedFor.Records or AskedFor.Reconciliation or AskedFor.Own) ReconsiderProposals(now);
    }

    /// <summary>Answers a fellow broker.</summary>
    /// <param name="verified">What is known of the records that it pushes; null for nothing.</param>
    public BrokerResponse OnRequest(Instant now, ParticipantId from, BrokerRequest request, VerifiedBatch? verified = null)
    {
        ArgumentNullException.ThrowIfNull(request);
        AdvanceTo(now);
        var response = Answer(now, from, request, verified ?? VerifiedBatch.None);
        response.ResponderUnixMs = now.UnixMs;
        return response;
    }

    /// <summary>Takes out the next thing to do.</summary>
    public bool TryTake([NotNullWhen(true)] out BrokerEffect? effect) => _effects.TryDequeue(out effect);

    private BrokerResponse Answer(Instant now, ParticipantId from, BrokerRequest request, VerifiedBatch verified)
    {
        if (!_sets.IsFellow(from, CurrentSlot)) return Decline("You are not a broker of this market.");
        switch (request.AskCase)
        {
            case BrokerRequest.AskOneofCase.Proposal:
                return OnProposal(now, from, request.Proposal) is { } wrong ? Decline(wrong) : Done();
            case BrokerRequest.AskOneofCase.Vote:
                return OnVote(now, from, request.Vote) is { } bad ? Decline(bad) : Done();
            case BrokerRequest.AskOneofCase.Fetch:
                return OnFetch(request.Fetch);
            case BrokerRequest.AskOneofCase.Reconcile:
                return OnReconcile(request.Reconcile);
            case BrokerRequest.AskOneofCase.Own:
                return OnOwn(from);
            case BrokerRequest.AskOneofCase.Push:
                if (request.Push.Records.Count > MaxBatch) return Decline($"A push has at most {MaxBatch} records.");
                if (IngestBatch(now, from, request.Push.Records, verified) > 0) ReconsiderProposals(now);
                return Done();
            default:
                return Decline("The request asks for nothing that I know.");
        }
    }

    private static BrokerResponse Done() => new() { Done = new Done() };

    private static BrokerResponse Decline(string reason) => new() { Refused = new BrokerDecline { Reason = reason } };

    /// <summary>A slot begins.</summary>
    private void Begin(Instant now, Slot slot)
    {
        _prepared = slot;
        _offers.Begin(slot);
        foreach (var (_, state) in _slots)
        {
            foreach (var proposal in state.Proposals.Values) proposal.VainFetches = 0;
        }

        if (HasComparedClocks && slot.IsPrune) PruneAndReconcile(now, slot);
        if (HasComparedClocks && slot.IsMatch) PrepareProposal(now, slot);
        if (IsCatchingUp) ReconcileWithAll(now);
        AskForOwn(now);
    }

    /// <summary>
    /// Any answer compares clocks. Asked once a slot by this node's own clock, since the slot may stand still for want of them; and as long as this clock seems
    /// wrong, since one exchange after it was set right voids all that say otherwise.
    /// </summary>
    private void CompareClocksWhenDue(Instant now)
    {
        if (MayVote || (now < _compareAt && now >= _compareAt.PlusMs(-_rules.Schedule.LengthMs))) return;
        _compareAt = now.PlusMs(_rules.Schedule.LengthMs);
        ReconcileWithAll(now);
    }

    /// <summary>
    /// "A slot more than S ahead of the fellow brokers' median clock is not adopted", so none is adopted for good before there is a median: a clock
    /// that is hours ahead at the start would otherwise lock this broker out of the market until the others are there too.
    /// </summary>
    private Slot AdvanceTo(Instant now)
    {
        AgeClocks(now);
        if (HasComparedClocks)
        {
            _clock.Advance(now, Config.Members.Count > 1 ? now.PlusMs(Clocks.MedianAheadMs()) : null);
            _isAdopted = true;
            _startedAt ??= CurrentSlot;
            _sets.OnSlot(CurrentSlot);
            BeginAbstaining();
        }
        else _supposed = _rules.Schedule.SlotAt(now);

        // Frozen for a while, this broker would vote on what it knew before.
        if (_prepared is { } before && CurrentSlot > before.Plus(_options.SlotsMissed)) CatchUp();
        return CurrentSlot;
    }

    /// <summary>
    /// A timer that comes a slot late, or a time before what was seen: the clock was set or the process stood still, and a slot that is adopted by what
    /// was known before could be far ahead of the others'.
    /// </summary>
    private void AgeClocks(Instant now)
    {
        if (now == _seen) return;
        if (now > NextTimer.PlusMs(_rules.Schedule.LengthMs) || now < _seen.PlusMs(-_rules.Schedule.ClockBoundMs))
        {
            Clocks.Clear();
            (_clockSetAfter, _compareAt) = (_lastNumber, now);
        }
        else
        {
            Clocks.OnTime(now);
        }

        _seen = now;
    }

    private void WatchClock()
    {
        // With too few to compare with nothing is known: that is said by not voting, and is no agreement.
        if (IsClockSkewed == _wasSkewed || !HasComparedClocks) return;
        _wasSkewed = IsClockSkewed;
        Report(
            _wasSkewed ? BrokerReport.ClockSkewed : BrokerReport.ClockAgreed,
            CurrentSlot,
            $"The median clock of {Clocks.Peers} fellow brokers is {Clocks.MedianAheadMs()} ms ahead of mine; allowed are {_rules.Schedule.ClockBoundMs} ms.");
    }

    private Instant EarliestTimer(Instant now, Slot slot)
    {
        var next = _rules.Schedule.EndOf(slot);
        // A clock that is held back stands at its slot's end: look again soon, not at once.
        if (next <= now) next = now.PlusMs(Math.Max(1, _rules.Schedule.ClockBoundMs));
        if (IsProposerOf(slot) && !StateOf(slot).HasProposed && _rules.Schedule.ProposeTimeOf(slot) is var due && due > now && due < next) next = due;
        foreach (var (_, state) in _slots)
        {
            if (state.ResendAt is { } at && at < next) next = at > now ? at : now.PlusMs(1);
        }

        return next;
    }

    private bool Ask(
        Instant now, AskedFor what, ParticipantId to, BrokerRequest request, Slot slot, RecordId about = default, ReconciliationSession? session = null, IReadOnlyList<RecordId>? ids = null)
    {
        if (_asked.Count >= _options.RequestsUnderWay) return false;
        request.Network = _networkBytes;
        request.Market = _marketBytes;
        request.SenderUnixMs = now.UnixMs;
        _asked.Add(++_lastNumber, new Asked(what, to, now, slot, about, session, ids ?? []));
        _effects.Enqueue(new BrokerEffect.Ask(_lastNumber, to, request));
        return true;
    }

    /// <summary>A driver answers every request, if only by null. Where it does not, the request must not stay under way for ever.</summary>
    private void GiveUpOnAnswers(Instant now)
    {
        List<long>? late = null;
        foreach (var (number, asked) in _asked)
        {
            if (now > asked.At.PlusMs(_options.AnswerWithinMs)) (late ??= []).Add(number);
        }

        foreach (var number in late ?? []) OnResponse(now, number, null);
    }

    private List<SlotState> DueForResending(Instant now)
    {
        List<SlotState>? due = null;
        foreach (var (_, state) in _slots)
        {
            if (state.ResendAt is { } at && at <= now) (due ??= []).Add(state);
        }

        return due ?? NoSlots;
    }

    private SlotState StateOf(Slot slot)
    {
        if (!_slots.TryGetValue(slot, out var state)) _slots.Add(slot, state = new SlotState(slot));
        return state;
    }

    private void Report(BrokerReport what, Slot slot, string detail) => _effects.Enqueue(new BrokerEffect.Report(what, slot, detail));

    private enum AskedFor
    {
        None = 0,
        Records,
        Reconciliation,
        Proposal,
        Vote,
        Push,
        Own,
    }

    /// <summary>A request under way.</summary>
    /// <param name="About">The proposal that records are fetched for.</param>
    /// <param name="Ids">The records asked for.</param>
    private sealed record Asked(AskedFor What, ParticipantId To, Instant At, Slot Slot, RecordId About, ReconciliationSession? Session, IReadOnlyList<RecordId> Ids);
}
