using Google.Protobuf;
using HyphaMarket.Brokerage.Epochs;
using HyphaMarket.Brokerage.Journal;
using HyphaMarket.Market.Ids;
using HyphaMarket.Market.Offers;
using HyphaMarket.Market.Slots;
using HyphaMarket.Wire;
using HyphaMarket.Wire.Messages;

namespace HyphaMarket.Brokerage.Traders;

// Orders and cancels on their way to the brokers.
public sealed partial class TraderOrders
{
    /// <summary>The market's accepted broker set; what waited for it goes out.</summary>
    public void OnConfig(Instant now, EpochConfig config)
    {
        ArgumentNullException.ThrowIfNull(config);
        _configs[config.Market] = config;
        _searching.Remove(config.Market);
        foreach (var order in _orders.Values.Where(order => order.Offer.Market == config.Market).ToArray())
        {
            if (order.State is OrderState.Pending or OrderState.Open && !IsAppending(order)) Send(now, order, isCancel: false);
            if (order.CancelSubmission.WaitsForBrokers || order.CancelSubmission.RetryAt is not null) Send(now, order, isCancel: true);
        }
    }

    /// <summary>No broker set was found; the search is repeated with the next retry.</summary>
    public void OnNoConfig(Instant now, MarketId market)
    {
        _searching.Remove(market);
        foreach (var order in _orders.Values.Where(order => order.Offer.Market == market))
        {
            if (order.Submission.WaitsForBrokers && !order.IsOver) LookAgain(now, order.Submission);
            if (order.CancelSubmission.WaitsForBrokers) LookAgain(now, order.CancelSubmission);
        }
    }

    /// <summary>A broker's answer to a <see cref="TraderEffect.Submit"/>; null where there was none.</summary>
    public void OnSubmitted(Instant now, long number, SubmitResult? result)
    {
        if (!_submitting.Remove(number, out var sent)) return;
        var submission = sent.IsCancel ? sent.Order.CancelSubmission : sent.Order.Submission;
        submission.UnderWay.Remove(sent.Broker);
        // An order that is over is not sent again; a cancel is, until what it cancels has ended.
        var isWanted = sent.IsCancel ? now < sent.Order.End : !sent.Order.IsOver;
        if (result?.Receipt is { } receipt)
        {
            submission.Receipts.Add(sent.Broker);
            submission.Refusals.Remove(sent.Broker);
            if (!sent.IsCancel) NoteRank(sent.Order, receipt);
        }
        else if (result?.Refusal is { } refusal)
        {
            // Journaled, logged and shown to the order's owner, perhaps: as the broker's words may be.
            if (PlainText.Cut(refusal.Detail) is { } plain && plain != refusal.Detail) refusal = new Refusal(refusal) { Detail = plain };
            submission.Refusals[sent.Broker] = refusal;
            if (isWanted && IsPassing(refusal.Reason)) Later(now, submission, refusal.RetryAfterMs);
        }
        else if (isWanted)
        {
            Later(now, submission);
        }

        if (sent.IsCancel) return;
        Judge(sent.Order);
        WithdrawRefused(sent.Order);
    }

    private void Send(Instant now, Order order, bool isCancel)
    {
        var submission = isCancel ? order.CancelSubmission : order.Submission;
        submission.RetryAt = null;
        submission.WaitsForBrokers = !_configs.TryGetValue(order.Offer.Market, out var config);
        if (config is null)
        {
            if (_searching.Add(order.Offer.Market)) _effects.Enqueue(new TraderEffect.FindBrokers(order.Offer.Market));
            return;
        }

        submission.Rounds++;
        foreach (var member in config.Members)
        {
            if (submission.Receipts.Contains(member.Peer) || submission.UnderWay.Contains(member.Peer)) continue;
            if (submission.Refusals.TryGetValue(member.Peer, out var refusal) && !IsPassing(refusal.Reason)) continue;
            submission.UnderWay.Add(member.Peer);
            _submitting.Add(++_lastNumber, (order, member.Peer, isCancel));
            _effects.Enqueue(new TraderEffect.Submit(_lastNumber, order.Offer.Market, member, isCancel ? order.Cancel! : order.Record));
        }
    }

    /// <summary>"Submission goes to all n brokers and is done at f + 1 receipts."</summary>
    private void Judge(Order order)
    {
        if (order.State != OrderState.Pending || !_configs.TryGetValue(order.Offer.Market, out var config)) return;
        var final = order.Submission.Refusals.Values.Where(refusal => !IsPassing(refusal.Reason)).ToArray();
        if (order.Submission.Receipts.Count >= config.Quorum.OneHonest)
        {
            Become(order, OrderState.Open);
        }
        else if (config.Members.Count - final.Length < config.Quorum.OneHonest)
        {
            var refusal = final.GroupBy(refusal => refusal.Reason).OrderByDescending(group => group.Count()).ThenBy(group => group.Key).First().First();
            // So many that one of them is honest: this node made another offer with this sequence, and its journal does not have it.
            order.WasSequenceUsed = final.Count(one => one.Reason == RefusalReason.SequenceReused) >= config.Quorum.OneHonest;
            Append(JournalKind.OrderRefused, order, refusal);
            MarkRefused(order, refusal);
        }
    }

    /// <summary>A broker that did not answer, or took it, may hold a refused order and spreads it: what its owner believes refused must not trade.</summary>
    private void WithdrawRefused(Order order)
    {
        if (order.State != OrderState.Refused || order.Submission.UnderWay.Count > 0 || !_configs.TryGetValue(order.Offer.Market, out var config)) return;
        if (config.Members.Any(member => !order.Submission.Refusals.TryGetValue(member.Peer, out var refusal) || IsPassing(refusal.Reason))) Withdraw(order);
    }

    /// <summary>Signs a cancel; it goes out when it is durable. False where there is one already, or no proof of work was found.</summary>
    private bool Withdraw(Order order)
    {
        if (order.Cancel is not null || _rules(order.Offer.Market) is not { } rules) return false;
        var body = new CancelBody { Offer = order.Record.Body }.ToByteString();
        var cancel = SignedRecords.Sign(rules.Network, RecordKind.Cancel, body, _signer);
        if (!ProofOfWork.TrySearch(SignedRecords.IdOf(cancel).Value, ProofOfWork.RequiredBits(rules.WorkBits, 1), 0, _options.WorkTries, out var nonce)) return false;
        cancel.WorkNonce = nonce;
        order.Cancel = cancel;
        Append(JournalKind.OrderCancelled, order, cancel, isCancel: true);
        return true;
    }

    private bool IsAppending(Order order) => _appending.Count > 0 && _appending.Values.Any(appending => appending.Order == order && !appending.IsCancel);

    /// <summary>Refusals that time heals; the broker is asked again.</summary>
    private static bool IsPassing(RefusalReason reason) => reason is RefusalReason.RateLimited or RefusalReason.NotBroker;

    private void NoteRank(Order order, Record receipt)
    {
        if (!StrictParser.TryParse(OfferReceiptBody.Parser, receipt.Body, out var body) || body.Rank == 0) return;
        var rank = (int)Math.Min(int.MaxValue, body.Rank);
        order.Rank = order.Rank == 0 ? rank : Math.Min(order.Rank, rank);
    }

    private void LookAgain(Instant now, Submission submission)
    {
        submission.Rounds++;
        Later(now, submission);
    }

    /// <summary>Tries again after a wait that doubles with each round; where several brokers ask for a wait, after the longest.</summary>
    private void Later(Instant now, Submission submission, long atLeastMs = 0)
    {
        var wait = Math.Min(_options.LongestRetryMs, _options.RetryMs << Math.Clamp(submission.Rounds - 1, 0, 10));
        var at = now.PlusMs(Math.Max(wait, atLeastMs));
        if (submission.RetryAt is not { } known || known < at) submission.RetryAt = at;
    }
}
