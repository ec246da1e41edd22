using Google.Protobuf;
using HyphaMarket.Brokerage.Admission;
using HyphaMarket.Brokerage.Brokers;
using HyphaMarket.Libp2p.Gossipsub;
using HyphaMarket.Libp2p.Identity;
using HyphaMarket.Market.Ids;
using HyphaMarket.Market.Offers;
using HyphaMarket.Market.Slots;
using HyphaMarket.Node.Intake;
using HyphaMarket.Node.Networking;
using HyphaMarket.Wire;
using HyphaMarket.Wire.Messages;

namespace HyphaMarket.Node.Brokering;

// What comes in and what is asked for, without waiting in the loop: cheap checks here, signatures at the verifiers, and quotes from what the loop published.
public sealed partial class BrokerRoom
{
    /// <summary>More records than this in one answer of a fellow broker are not looked at: a fetch of 1,024 ids brings two for each at most.</summary>
    private const int MostAnswered = 2_048;

    /// <summary>An owner's records and bundles; the results stand in their order, records first.</summary>
    /// <param name="sent">The time by the owner's clock, where it told.</param>
    public async Task<SubmitResponse> SubmitAsync(ParticipantId from, IReadOnlyList<Record> records, IReadOnlyList<WholeBundle> bundles, Instant? sent, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(records);
        ArgumentNullException.ThrowIfNull(bundles);
        var (view, now) = (_view.Latest, Now);
        var items = new List<IntakeItem>(records.Count + bundles.Count);
        if (view.IsBroker)
        {
            foreach (var record in records) items.Add(_door.Submitted(from, record, view, now));
            foreach (var bundle in bundles) items.Add(_door.Submitted(from, bundle, view, now));
        }

        var answers = new Admitted?[records.Count + bundles.Sum(bundle => bundle.Bodies.Count)];
        var isTaken = view.IsBroker && await PassAsync(from, now, items, job => TakeSubmitted(job, from, sent, answers), cancellationToken);
        var response = new SubmitResponse();
        var at = 0;
        foreach (var item in items)
        {
            for (var i = 0; i < item.Records; i++, at++) response.Results.Add(item.Fault is { } fault ? Refused(fault) : isTaken ? ResultOf(answers[at], view) : Refused(Busy));
        }

        while (response.Results.Count < answers.Length) response.Results.Add(ResultOf(null, view));
        return response;
    }

    /// <summary>The price and the depth as the loop published them last: no lock, no input for the loop, and an answer even where the loop is stuck.</summary>
    public QuoteResponse Quote(int levels) => _quotes.Latest is { } desk ? new QuoteResponse { Quote = desk.Quote(levels) } : new QuoteResponse { Refusal = NotBroker(_view.Latest) };

    /// <summary>A fellow broker's question.</summary>
    public async Task<BrokerResponse> OnBrokerAsync(ParticipantId from, BrokerRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        var view = _view.Latest;
        if (request.AskCase != BrokerRequest.AskOneofCase.Push || request.Push.Records.Count > MostAnswered || !view.Fellows.Contains(from))
        {
            return await AskAsync(() => _broker?.OnRequest(Now, from, request) ?? NoBroker(), cancellationToken);
        }

        BrokerResponse? answer = null;
        var isTaken = await PassAsync(from, Now, Exchanged(request.Push.Records, view), job => answer = _broker?.OnRequest(Now, from, request, BatchOf(request.Push.Records, job)) ?? NoBroker(), cancellationToken);
        return isTaken ? answer! : new BrokerResponse { Refused = new BrokerDecline { Reason = Busy.Verdict.Detail }, ResponderUnixMs = Now.UnixMs };
    }

    protected override bool Drain() => _shard.Drain(_node.Verifiers.Options.Drain, job =>
    {
        Guard(job.Take);
        job.Complete();
    });

    /// <summary>A fellow broker answered: what it sent is verified before the core hears of it.</summary>
    private async Task AnsweredAsync(MarketBroker broker, BrokerEffect.Ask ask, BrokerResponse? answer, CancellationToken stop)
    {
        IReadOnlyList<Record> records = answer?.Records?.Records ?? answer?.Reconcile?.Records ?? [];
        if (records.Count is > 0 and <= MostAnswered)
        {
            var items = Exchanged(records, _view.Latest);
            if (await PassAsync(ask.To, Now, items, job => Tell(answer, BatchOf(records, job)), stop)) return;
            // It is asked again.
            answer = null;
        }

        await PostAsync(() => Tell(answer, null));

        void Tell(BrokerResponse? told, VerifiedBatch? verified)
        {
            if (_broker == broker) broker.OnResponse(Now, ask.Number, told, verified);
        }
    }

    private async ValueTask<Validation> ValidateAsync(PeerId from, PubsubMessage message, CancellationToken cancellationToken)
    {
        if (!StrictParser.TryParse(Record.Parser, message.Data, out var record)) return Validation.Reject;
        var view = _view.Latest;
        if (!view.IsBroker || _door.Gossiped(record, view) is not { } item) return Validation.Ignore;
        var (sender, verdict) = (from.ToParticipant(), GossipVerdict.Ignore);
        await PassAsync(
            sender,
            Now,
            [item],
            job =>
            {
                if (_broker is not { } broker) return;
                verdict = item.Unverified is { } unverified ? broker.OnGossip(Now, sender, unverified) : broker.OnGossip(Now, item.Verified[0]);
                Remember(broker, item);
            },
            cancellationToken);
        return (item.Fault?.Gossip ?? verdict) switch
        {
            GossipVerdict.Accept => Validation.Accept,
            GossipVerdict.Reject => Validation.Reject,
            _ => Validation.Ignore,
        };
    }

    /// <summary>Items through a verifier into the loop.</summary>
    /// <returns>False where there was no room: nothing was done.</returns>
    private async Task<bool> PassAsync(ParticipantId from, Instant now, IReadOnlyList<IntakeItem> items, Action<IntakeJob> take, CancellationToken cancellationToken)
    {
        var job = new IntakeJob(_shard, items, take);
        if (!job.NeedsLoop) return true;
        if (!_node.Verifiers.TryPost(from, now.UnixMs, job)) return false;
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, Stopping);
        return await job.Taken.WaitAsync(either.Token);
    }

    private void TakeSubmitted(IntakeJob job, ParticipantId from, Instant? sent, Admitted?[] answers)
    {
        if (_broker is not { } broker) return;
        var (now, at) = (Now, 0);
        foreach (var item in job.Items)
        {
            if (item.Unverified is { } unverified) answers[at] = broker.Admit(now, from, unverified, sent);
            for (var i = 0; i < item.Verified.Count; i++) answers[at + i] = broker.Admit(now, item.Verified[i]);
            Remember(broker, item);
            at += item.Records;
        }
    }

    private List<IntakeItem> Exchanged(IReadOnlyList<Record> records, IntakeView view)
    {
        var items = new List<IntakeItem>(records.Count);
        foreach (var record in records) items.Add(_door.Exchanged(record, view));
        return items;
    }

    /// <summary>What the verifiers made of records, for the core. Called by the loop just before it takes them, when those that are kept are soon known.</summary>
    private VerifiedBatch BatchOf(IReadOnlyList<Record> records, IntakeJob job)
    {
        var batch = new VerifiedBatch();
        for (var i = 0; i < records.Count; i++)
        {
            var item = job.Items[i];
            if (item.Fault is { } fault) batch.Add(records[i], fault);
            else if (item.Verified.Count == 1) batch.Add(records[i], item.Verified[0]);
        }

        return batch;
    }

    /// <summary>Copies of what was kept cost no second check.</summary>
    private void Remember(MarketBroker broker, IntakeItem item)
    {
        foreach (var verified in item.Verified)
        {
            if (broker.Holds(verified.Id)) _known.Add(verified);
        }
    }

    private void PublishView()
    {
        var (known, set, slot) = (_view.Latest, _formation.Current, _broker?.CurrentSlot ?? new Slot(0));
        if (known.IsBroker == _broker is not null && ReferenceEquals(known.Set, set) && known.Slot == slot) return;
        _view.Publish(new IntakeView(_broker is not null, set, slot, _broker is null ? new HashSet<ParticipantId>() : _broker.Fellows.Select(member => member.Peer).ToHashSet()));
    }

    /// <summary>A picture of the book after each step that changed it, but not more often than quotes need: it costs as much as tens of offers.</summary>
    private void PublishQuote()
    {
        if (_broker is not { } broker)
        {
            if (_quotes.Latest is not null) _quotes.Publish(null);
            (_quoted, _quoteDue) = ((-1, new Slot(-1)), null);
            return;
        }

        var (seen, now) = ((broker.BookVersion, broker.CurrentSlot), Now);
        if (seen == _quoted) return;
        // A clock that was set back must not keep quotes waiting.
        if (_quotedAt is { } last && now >= last && now < last.PlusMs(_node.Verifiers.Options.QuoteEveryMs))
        {
            _quoteDue = last.PlusMs(_node.Verifiers.Options.QuoteEveryMs);
            return;
        }

        (_quoted, _quotedAt, _quoteDue) = (seen, now, null);
        _quotes.Publish(new QuoteDesk(broker.TakePicture(now), _rules.Network, _node.Signer));
    }

    private AdmissionVerdict Busy => AdmissionVerdict.Busy("I have more to check than I can at this moment. Send it again.", _node.Verifiers.Options.BusyRetryMs);

    private BrokerResponse NoBroker() => new() { Refused = new BrokerDecline { Reason = "I am not a broker of this market." }, ResponderUnixMs = Now.UnixMs };

    /// <summary>A null answer: the loop found that this node brokers the market no more.</summary>
    private SubmitResult ResultOf(Admitted? answer, IntakeView view) => answer?.ToResult(_rules.Network, _node.Signer) ?? new SubmitResult { Refusal = NotBroker(view) };

    private static SubmitResult Refused(AdmissionVerdict intake) => new() { Refusal = intake.ToRefusal() };

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
