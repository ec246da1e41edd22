using System.Diagnostics;
using Google.Protobuf;
using HyphaMarket.Brokerage.Admission;
using HyphaMarket.Brokerage.Brokers;
using HyphaMarket.Brokerage.Epochs;
using HyphaMarket.Market.Ids;
using HyphaMarket.Market.Slots;
using HyphaMarket.Wire;
using HyphaMarket.Wire.Messages;

namespace HyphaMarket.Node.Intake;

/// <summary>One market's records from connections to the broker's core: cheap checks on the caller's thread, signatures at the verifiers, the rest in the market's loop.</summary>
/// <remarks>
/// Two sides. Connections call the asynchronous members, which never wait for the loop but for their own answer, and <see cref="Quote"/>, which waits for nothing.
/// The loop alone calls <see cref="Drain"/> and <see cref="Publish"/>, and it alone touches the core.
/// </remarks>
public sealed class MarketIntake
{
    /// <summary>More records than this in one answer of a fellow broker are not looked at: a fetch of 1,024 ids brings two for each at most.</summary>
    private const int MostExchanged = 2_048;

    /// <summary>One part in so many of the loop's time is for pictures.</summary>
    private const int PicturesAreAtMost = 20;

    /// <summary>Certificates whose copies are told without a check: copies come within a few slots.</summary>
    private const int MostCertificates = 16;

    /// <summary>Submissions that wait together are ranked together, since one sort ranks all; but their owners wait for no more than so many records, two milliseconds.</summary>
    private const int MostUnranked = 4_096;

    private const double LeastPictureMs = 0.01;

    /// <summary>Some times what an offer adds to a picture's time on a usual machine.</summary>
    private const double PictureMsPerOffer = 0.001;

    private readonly MarketRules _rules;
    private readonly ISigner _signer;
    private readonly VerifierPool _verifiers;
    private readonly IntakeOptions _options;
    private readonly IntakeShard _shard;
    private readonly MarketDoor _door;
    private readonly KnownGood _known;
    private readonly Published<RecordId[]> _certificates = new([]);
    private readonly Published<IntakeView> _view = new(IntakeView.None);
    private readonly Published<QuoteDesk?> _quotes = new(null);
    private readonly Func<Instant> _clock;
    private readonly List<IntakeJob> _taken = [];
    private readonly List<(Instant Now, IntakeJob Job, Admitted[] Answers)> _unranked = [];

    /// <summary>Records in <see cref="_unranked"/>.</summary>
    private int _toRank;
    private MarketBroker? _broker;
    private (long Version, Slot Slot) _quoted = (-1, new Slot(-1));
    private Instant? _quotedAt;
    private double _pictureMs = LeastPictureMs;

    /// <param name="wake">Makes the loop call <see cref="Drain"/>; may be called by any thread.</param>
    public MarketIntake(MarketRules rules, ISigner signer, ISignatureVerifier signatures, VerifierPool verifiers, Func<Instant> clock, Action wake)
    {
        ArgumentNullException.ThrowIfNull(verifiers);
        (_rules, _signer, _verifiers, _options, _clock) = (rules, signer, verifiers, verifiers.Options, clock);
        var admission = new RecordAdmission(rules, signatures);
        _known = new KnownGood(_options.KnownGood);
        Signatures = new CheckedSignatures(signatures);
        _shard = new IntakeShard(admission, _options, wake);
        _door = new MarketDoor(admission, new RecordSignatures(rules), verifiers, _known, _certificates);
    }

    /// <summary>For the market's core: knows what the verifiers found of what it is told.</summary>
    public CheckedSignatures Signatures { get; }

    /// <summary>When the loop should publish again although nothing happens; null for never.</summary>
    public Instant? PublishDue { get; private set; }

    /// <summary>Jobs that wait for the loop.</summary>
    public int Waiting => _shard.Waiting;

    private AdmissionVerdict Busy => AdmissionVerdict.Busy("I have more to check than I can at this moment. Send it again.", _options.BusyRetryMs);

    /// <summary>An owner's records and bundles; the results stand in their order, records first. Receipts of one submission are one bundle: one signature for all.</summary>
    /// <param name="sent">The time by the owner's clock, where it told.</param>
    public async Task<SubmitResponse> SubmitAsync(ParticipantId from, IReadOnlyList<Record> records, IReadOnlyList<WholeBundle> bundles, Instant? sent, CancellationToken cancellationToken)
    {
        var (items, answers) = await PassSubmittedAsync(from, records, bundles, sent, cancellationToken);
        // Away from the loop: a signature takes longer than all that the core does for an offer.
        var receipts = Admitted.SignReceipts(answers, IdsOf(items, answers), _rules.Network, _signer);
        var response = new SubmitResponse();
        for (var i = 0; i < answers.Length; i++)
        {
            response.Results.Add(receipts[i] is { } receipt ? new SubmitResult { Receipt = receipt } : new SubmitResult { Refusal = answers[i].Verdict?.ToRefusal() ?? NotBroker(_view.Latest) });
        }

        return response;
    }

    /// <summary>The same without signed receipts: what became of each record.</summary>
    public async Task<Admitted[]> AdmitAsync(ParticipantId from, IReadOnlyList<Record> records, IReadOnlyList<WholeBundle> bundles, Instant? sent, CancellationToken cancellationToken) =>
        (await PassSubmittedAsync(from, records, bundles, sent, cancellationToken)).Answers;

    private async Task<(IReadOnlyList<IntakeItem> Items, Admitted[] Answers)> PassSubmittedAsync(ParticipantId from, IReadOnlyList<Record> records, IReadOnlyList<WholeBundle> bundles, Instant? sent, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(records);
        ArgumentNullException.ThrowIfNull(bundles);
        var (view, now) = (_view.Latest, _clock());
        if (!view.IsBroker) return ([], new Admitted[records.Count + bundles.Sum(Bundles.AnswersTo)]);
        var items = new List<IntakeItem>(records.Count + bundles.Count);
        var hashes = RecordAdmission.HashesOf(records);
        for (var i = 0; i < hashes.Length; i++) items.Add(_door.Submitted(from, records[i], view, now, hashes[i]));
        foreach (var bundle in bundles) items.Add(_door.Submitted(from, bundle, view, now));
        var answers = new Admitted[items.Sum(item => item.Records)];
        var isTaken = await PassAsync(from, now, items, job => TakeSubmitted(job, from, sent, answers), cancellationToken);
        var at = 0;
        foreach (var item in items)
        {
            if (item.Fault is null && isTaken) at += item.Records;
            else for (var i = item.Records; i > 0; i--) answers[at++] = new Admitted(item.Fault ?? Busy);
        }

        return (items, answers);
    }

    /// <summary>A gossiped record.</summary>
    public async ValueTask<GossipVerdict> GossipAsync(ParticipantId from, Record record, CancellationToken cancellationToken)
    {
        var view = _view.Latest;
        if (!view.IsBroker || _door.Gossiped(record, view) is not { } item) return GossipVerdict.Ignore;
        var verdict = GossipVerdict.Ignore;
        await PassAsync(
            from,
            _clock(),
            [item],
            _ =>
            {
                if (_broker is null) return;
                verdict = item.Unverified is { } unverified ? _broker.OnGossip(_clock(), from, unverified) : _broker.OnGossip(_clock(), item.Verified[0]);
                Remember(item);
            },
            cancellationToken);
        return item.Fault?.Gossip ?? verdict;
    }

    /// <summary>A fellow broker's vote or proposal: its signature is checked by a verifier before the core hears of it.</summary>
    /// <param name="tell">In the loop.</param>
    /// <returns>False where there was no room, or it is nobody's with whom this broker speaks: nothing was done, and the loop is to look at it by itself.</returns>
    public async Task<bool> TellAsync(ParticipantId from, Record record, Action tell, CancellationToken cancellationToken)
    {
        var view = _view.Latest;
        return view.Fellows.Contains(from) && await PassAsync(from, _clock(), [_door.Told(record, view)], _ => tell(), cancellationToken, isWhole: true, isFirst: true);
    }

    /// <summary>Whether records of this message are verified outside the loop: those that fellow brokers exchange.</summary>
    public bool IsExchanged(ParticipantId from, IReadOnlyCollection<Record> records)
    {
        ArgumentNullException.ThrowIfNull(records);
        return records.Count is > 0 and <= MostExchanged && _view.Latest.Fellows.Contains(from);
    }

    /// <summary>Records of a fellow broker, for the core to take as one message.</summary>
    /// <param name="take">In the loop, with what the verifiers made of them.</param>
    /// <returns>False where there was no room: nothing was done.</returns>
    public Task<bool> ExchangeAsync(ParticipantId from, IReadOnlyList<Record> records, Action<VerifiedBatch> take, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(records);
        var (view, items) = (_view.Latest, new List<IntakeItem>(records.Count));
        foreach (var record in records) items.Add(_door.Exchanged(record, view));
        return PassAsync(
            from,
            _clock(),
            items,
            _ =>
            {
                take(BatchOf(records, items));
                foreach (var item in items) Remember(item);
            },
            cancellationToken,
            isWhole: true);
    }

    /// <summary>Price and depth as the loop published them last: no lock, nothing for the loop to do, and an answer even where the loop is stuck.</summary>
    public QuoteResponse Quote(int levels) => _quotes.Latest is { } desk ? new QuoteResponse { Quote = desk.Quote(levels) } : new QuoteResponse { Refusal = NotBroker(_view.Latest) };

    /// <summary>The market as the loop published it last; null while this node does not broker it.</summary>
    public MarketPicture? Picture => _quotes.Latest?.Picture;

    /// <summary>In the loop: takes what verifiers handed over.</summary>
    /// <param name="step">Runs a step of the loop with what follows from it; it does not throw.</param>
    /// <returns>True where more is left.</returns>
    public bool Drain(Action<Action> step)
    {
        var isLeft = _shard.Drain(_options.Drain, job =>
        {
            step(job.Take);
            _taken.Add(job);
            if (_toRank >= MostUnranked) Finish(step);
        });
        Finish(step);
        return isLeft;
    }

    /// <summary>In the loop: the core has this certificate.</summary>
    public void OnCertified(RecordId certificate) => _certificates.Publish([certificate, .. _certificates.Latest.Take(MostCertificates - 1)]);

    /// <summary>In the loop, after each of its steps: shows readers how things stand.</summary>
    /// <param name="broker">Null while this node does not broker the market.</param>
    /// <param name="set">The broker set, as far as it is known.</param>
    public void Publish(MarketBroker? broker, EpochConfig? set)
    {
        _broker = broker;
        var (known, slot) = (_view.Latest, broker?.CurrentSlot ?? new Slot(0));
        if (known.IsBroker != broker is not null || !ReferenceEquals(known.Set, set) || known.Slot != slot)
        {
            _view.Publish(new IntakeView(broker is not null, set, slot, broker is null ? new HashSet<ParticipantId>() : broker.Fellows.Select(member => member.Peer).ToHashSet()));
            _known.Forget(slot);
        }

        if (broker is not null)
        {
            PublishQuote(broker);
        }
        else if (_quotes.Latest is not null)
        {
            _quotes.Publish(null);
            (_quoted, PublishDue) = ((-1, new Slot(-1)), null);
        }
    }

    /// <summary>A picture after each step that changed the book, unless pictures would take more than a twentieth of the loop's time: that of a full book costs as much as many offers.</summary>
    private void PublishQuote(MarketBroker broker)
    {
        var seen = (broker.BookVersion, broker.CurrentSlot);
        if (seen == _quoted) return;
        var (now, wait) = (_clock(), Math.Min(_options.QuoteEveryMs, (int)(PicturesAreAtMost * _pictureMs)));
        // A clock that was set back must not keep quotes waiting.
        if (_quotedAt is { } last && now >= last && now < last.PlusMs(wait))
        {
            PublishDue = last.PlusMs(wait);
            return;
        }

        (_quoted, _quotedAt, PublishDue) = (seen, now, null);
        var started = Stopwatch.GetTimestamp();
        _quotes.Publish(new QuoteDesk(broker.TakePicture(now), _rules.Network, _signer));
        // Falls at once; where it is more than so many offers explain, it doubles at most, since one that was interrupted says little about the next.
        var most = Math.Max(2 * _pictureMs, LeastPictureMs + (broker.OfferCount * PictureMsPerOffer));
        _pictureMs = Math.Clamp(Stopwatch.GetElapsedTime(started).TotalMilliseconds, LeastPictureMs, most);
    }

    /// <summary>Items through a verifier into the loop.</summary>
    /// <param name="isWhole">The loop wants it even where every record is refused.</param>
    /// <param name="isFirst">It does not wait behind what strangers sent.</param>
    /// <returns>False where there was no room: nothing was done.</returns>
    private async Task<bool> PassAsync(ParticipantId from, Instant now, IReadOnlyList<IntakeItem> items, Action<IntakeJob> take, CancellationToken cancellationToken, bool isWhole = false, bool isFirst = false)
    {
        var job = new IntakeJob(_shard, items, one => Signatures.During(items, () => take(one)), isWhole);
        if (!job.NeedsLoop) return true;
        return _verifiers.TryPost(from, now.UnixMs, job, isFirst) && await job.Taken.WaitAsync(cancellationToken);
    }

    /// <summary>What was taken gets its receipts, and whoever waits is told.</summary>
    private void Finish(Action<Action> step)
    {
        var isRanked = _unranked.Count == 0;
        if (!isRanked)
        {
            step(() =>
            {
                MakeReceipts();
                isRanked = true;
            });
        }

        foreach (var job in _taken)
        {
            if (isRanked) job.Complete();
            else job.TurnAway();
        }

        _taken.Clear();
        _unranked.Clear();
        _toRank = 0;
    }

    private void MakeReceipts()
    {
        _broker?.PrepareRanks(_toRank);
        foreach (var (now, job, answers) in _unranked)
        {
            var at = 0;
            foreach (var item in job.Items)
            {
                if (_broker is null) answers.AsSpan(at, item.Records).Clear();
                else _broker.MakeReceipts(now, item.Verified, answers.AsSpan(at, item.Records));
                at += item.Records;
            }
        }
    }

    private void TakeSubmitted(IntakeJob job, ParticipantId from, Instant? sent, Admitted[] answers)
    {
        if (_broker is null) return;
        var (now, at) = (_clock(), 0);
        foreach (var item in job.Items)
        {
            if (item.Unverified is { } unverified) answers[at] = _broker.Admit(now, from, unverified, sent);
            var verified = item.Verified;
            if (!verified.IsEmpty) _broker.Admit(now, verified, answers.AsSpan(at, item.Records));
            for (var i = 0; i < verified.Length; i++)
            {
                var verdict = answers[at + i].Verdict!;
                // A copy of a bundled offer is not sent on, and would keep its message.
                if (verdict.IsNew || (verdict.Verdict.IsFine && !item.IsBundle)) _known.Add(verified[i]);
            }

            at += item.Records;
            _toRank += verified.Length;
        }

        _unranked.Add((now, job, answers));
    }

    private static RecordId[] IdsOf(IReadOnlyList<IntakeItem> items, Admitted[] answers)
    {
        var (ids, at) = (new RecordId[answers.Length], 0);
        foreach (var item in items)
        {
            for (var i = 0; i < item.Records; i++, at++)
            {
                if (answers[at].Given is not null) ids[at] = item.IdOf(i);
            }
        }

        return ids;
    }

    private static VerifiedBatch BatchOf(IReadOnlyList<Record> records, List<IntakeItem> items)
    {
        var batch = new VerifiedBatch();
        for (var i = 0; i < records.Count; i++)
        {
            if (items[i].Fault is { } fault) batch.Add(records[i], fault);
            else if (items[i].Verified.Length == 1) batch.Add(records[i], items[i].Verified[0]);
        }

        return batch;
    }

    /// <summary>Copies of what was kept cost no second check.</summary>
    private void Remember(IntakeItem item)
    {
        foreach (var verified in item.Verified)
        {
            if (_broker?.Holds(verified.Id) == true) _known.Add(verified);
        }
    }

    /// <summary>"not-broker (with the brokers I know)": a hint where to ask, which the asker has to believe no more than its own lookup.</summary>
    private static Refusal NotBroker(IntakeView view)
    {
        var refusal = new Refusal
        {
            Reason = RefusalReason.NotBroker,
            Detail = "I do not broker this market, or its broker set is not formed yet. Look the brokers up and ask them.",
        };
        foreach (var member in view.Set?.Members ?? [])
        {
            var named = new Member { Peer = ByteString.CopyFrom(member.Peer.Span) };
            named.Addresses.AddRange(member.Addresses.Select(address => ByteString.CopyFrom(address.Span)));
            refusal.Brokers.Add(named);
        }

        return refusal;
    }
}
