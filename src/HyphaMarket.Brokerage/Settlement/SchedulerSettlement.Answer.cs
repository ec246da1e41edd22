using Google.Protobuf;
using HyphaMarket.Brokerage.Journal;
using HyphaMarket.Market.Ids;
using HyphaMarket.Market.Slots;
using HyphaMarket.Wire;
using HyphaMarket.Wire.Messages;

namespace HyphaMarket.Brokerage.Settlement;

public sealed partial class SchedulerSettlement
{
    /// <summary>The seller could not be reached, or the stream broke before an answer came.</summary>
    /// <param name="attempt">Of the request; an older one is not news.</param>
    public void OnUnreachable(Instant now, Hash256 match, int attempt)
    {
        now = _runtime.Clock.Advance(now);
        OnTimer(now);
        if (_purchases.TryFind(match, out var purchase) && purchase.IsAsking && purchase.IsAwaiting && purchase.Attempt == attempt) Retry(now, purchase);
    }

    /// <summary>The seller answered. What it signed counts whenever it comes; what it did not sign only ends the try.</summary>
    public void OnAnswer(Instant now, Hash256 match, int attempt, SettleResponse answer)
    {
        ArgumentNullException.ThrowIfNull(answer);
        now = _runtime.Clock.Advance(now);
        OnTimer(now);
        if (!_purchases.TryFind(match, out var purchase) || !purchase.IsAsking) return;
        if (purchase.State == PurchaseState.Declining)
        {
            OnDeclineAnswered(now, purchase, attempt, answer);
            return;
        }

        switch (answer.StepCase)
        {
            case SettleResponse.StepOneofCase.Accepted when purchase.State == PurchaseState.Claiming && IsValid(purchase, answer.Accepted):
                Activate(now, purchase, answer.Accepted);
                return;
            case SettleResponse.StepOneofCase.Accepted when purchase.State == PurchaseState.Activated:
                // A late copy of the answer to the claim.
                return;
            case SettleResponse.StepOneofCase.Settled when FaultWith(purchase, answer.Settled) is null:
                // A lease for what this journal has not activated: with this node's own signature it counts, and shows that the journal is not whole.
                if (purchase.State == PurchaseState.Claiming) TakeBack(now, purchase, answer.Settled);
                else Settle(now, purchase, answer.Settled);
                return;
            case SettleResponse.StepOneofCase.Released when TryReadRelease(purchase, answer.Released, out var body):
                OnRelease(purchase, answer.Released, body!);
                return;
            case SettleResponse.StepOneofCase.Refused:
                OnRefusal(now, purchase, attempt, answer.Refused);
                return;
            default:
                Misbehaved(purchase, $"The answer {answer.StepCase} is not one to this match in state {purchase.State}, or states other terms, or is not signed by the seller.");
                if (purchase.IsAwaiting && purchase.Attempt == attempt) Retry(now, purchase);
                return;
        }
    }

    /// <summary>Let go is let go, for whatever reason; anything else is asked again until the deadline, when the match lapses by itself.</summary>
    private void OnDeclineAnswered(Instant now, Purchase purchase, int attempt, SettleResponse answer)
    {
        if (TryReadRelease(purchase, answer.Released, out _)) MarkFailed(purchase, answer.Released, bidReturns: true);
        else if (purchase.IsAwaiting && purchase.Attempt == attempt) Retry(now, purchase);
    }

    private bool IsValid(Purchase purchase, Record accepted) =>
        SettlementRecords.TryReadSigned(_runtime.Keys, accepted, RecordKind.Accepted, purchase.Match.Seller, AcceptedBody.Parser, out var body)
        && purchase.Match.Terms.Equals(body.Terms);

    private bool TryReadRelease(Purchase purchase, Record released, out ReleasedBody? body) =>
        SettlementRecords.TryReadSigned(_runtime.Keys, released, RecordKind.Released, purchase.Match.Seller, ReleasedBody.Parser, out body)
        && purchase.Match.Terms.Equals(body.Terms);

    /// <summary>Why this is not the lease that was agreed; null when it is.</summary>
    private string? FaultWith(Purchase purchase, Record settled)
    {
        if (!SettlementRecords.TryReadSigned(_runtime.Keys, settled, RecordKind.Settled, purchase.Match.Seller, SettledBody.Parser, out var body)) return "It is not signed by the seller.";
        if (!purchase.Match.Terms.Equals(body.Terms)) return "It states other terms.";
        if (purchase.Activated is { } mine && (body.Activated?.Body != mine.Body || body.Activated.Signature != mine.Signature)) return "It does not hold this node's activation.";
        if (!SettlementRecords.TryReadSigned(_runtime.Keys, body.Activated, RecordKind.Activated, _runtime.Keys.Me, ActivatedBody.Parser, out var activation)) return "It does not hold this node's activation.";
        if (!purchase.Match.Terms.Equals(activation.Terms) || activation.TermMinutes != purchase.TermMinutes) return "Its activation is of other terms.";

        var start = new Instant(body.StartUnixMs);
        var span = _runtime.Delivery.SpanOf(purchase.Match.Market, purchase.Match.Slot, start, purchase.TermMinutes, purchase.LongestTermMinutes);
        if (span.Start != start || span.End.UnixMs != body.EndUnixMs || span.LongestEnd.UnixMs != body.LongestEndUnixMs) return "Its term is not the agreed one.";

        // The seller's clock decides when it starts, but not before it was asked nor after it could have been.
        var tolerance = _runtime.Options.ClockToleranceMs;
        var earliest = _runtime.Delivery.SpanOf(purchase.Match.Market, purchase.Match.Slot, new Instant(activation.UnixMs - tolerance), purchase.TermMinutes, purchase.LongestTermMinutes).Start;
        var latest = _runtime.Delivery.SpanOf(purchase.Match.Market, purchase.Match.Slot, purchase.Deadline.PlusMs(tolerance), purchase.TermMinutes, purchase.LongestTermMinutes).Start;
        return start < earliest || start > latest ? "It starts when it cannot have been activated." : null;
    }

    private void Activate(Instant now, Purchase purchase, Record accepted)
    {
        var body = new ActivatedBody { Terms = purchase.Match.Terms, TermMinutes = (uint)purchase.TermMinutes, UnixMs = now.UnixMs };
        var entry = new PurchaseActivatedEntry
        {
            Accepted = accepted,
            Activated = SignedRecords.Sign(_runtime.Keys.Network, RecordKind.Activated, body, _runtime.Keys.Signer),
            LongestTermMinutes = (uint)purchase.LongestTermMinutes,
            DeadlineUnixMs = purchase.Deadline.UnixMs,
            AbandonUnixMs = purchase.AbandonAt.UnixMs,
            Group = ByteString.CopyFrom(purchase.Group.Span),
        };
        entry.SellerAddresses.AddRange(purchase.SellerAddresses.Select(address => ByteString.CopyFrom(address.Span)));
        Apply(entry);
        purchase.Entry = _runtime.Outbox.Append(new JournalEntry(JournalKind.PurchaseActivated, purchase.Match.Match, entry.ToByteArray()));
        purchase.Failures = 0;
        Ask(now, purchase);
    }

    private void Settle(Instant now, Purchase purchase, Record settled)
    {
        var entry = new LeaseOpenedEntry { Settled = settled };
        entry.CounterpartyAddresses.AddRange(purchase.SellerAddresses.Select(address => ByteString.CopyFrom(address.Span)));
        var lease = Apply(entry, now);
        purchase.Entry = _runtime.Outbox.Append(
            new JournalEntry(JournalKind.PurchaseSettled, purchase.Match.Match, entry.ToByteArray()),
            new SettlementEffect.Raise(new SettlementEvent.LeaseOpened(lease)));
    }

    private void TakeBack(Instant now, Purchase purchase, Record settled)
    {
        Settle(now, purchase, settled);
        _runtime.LoseJournal(now, SignedRecords.IdOf(settled).Value, "A seller shows a lease with this node's signature that the journal does not have.");
    }

    private void OnRelease(Purchase purchase, Record released, ReleasedBody body)
    {
        // Late means that this node did not settle what was accepted: the bid's quantity is dropped. In every other case the seller let go.
        var bidReturns = body.Reason != ReleaseReason.Late;
        var code = ReleaseCodes.Of(body.Reason);
        if (purchase.State == PurchaseState.Activated) Close(purchase, released, code, bidReturns);
        else Fail(purchase, released, code, bidReturns);
    }

    private void OnRefusal(Instant now, Purchase purchase, int attempt, SettleRefusal refusal)
    {
        if (!purchase.IsAwaiting || purchase.Attempt != attempt) return;

        // A refusal is not signed and may pass (the seller restarts, or does not know the broker set yet), so it only ends the try; but time does not come back.
        if (purchase.State == PurchaseState.Claiming && refusal.Code == SettleRefusalCodes.TooLate) Fail(purchase, null, refusal.Code, bidReturns: true);
        else Retry(now, purchase);
    }

    /// <summary>It came to nothing before this node signed anything: there is nothing to journal.</summary>
    private void Fail(Purchase purchase, Record? released, string code, bool bidReturns)
    {
        MarkFailed(purchase, released, bidReturns);
        _runtime.Outbox.Emit(Failure(purchase, released, code, bidReturns));
    }

    /// <summary>It came to nothing after this node signed: never ask again, not even after a restart.</summary>
    private void Close(Purchase purchase, Record? released, string code, bool bidReturns)
    {
        var entry = new PurchaseClosedEntry { Released = released };
        MarkFailed(purchase, released, bidReturns);
        purchase.Entry = _runtime.Outbox.Append(
            new JournalEntry(JournalKind.PurchaseClosed, purchase.Match.Match, entry.ToByteArray()),
            Failure(purchase, released, code, bidReturns));
    }

    private void MarkFailed(Purchase purchase, Record? released, bool bidReturns)
    {
        purchase.State = PurchaseState.Failed;
        purchase.Released = released;
        purchase.TakesQuantity = !bidReturns;
        purchase.IsAwaiting = false;
        _timers.Set(purchase.Match.Match, purchase.ForgetAt);
    }

    private static SettlementEffect.Raise Failure(Purchase purchase, Record? released, string code, bool bidReturns) => new(new SettlementEvent.PurchaseFailed(
        purchase.Match.Match, purchase.Match.Bid, purchase.Match.Quantity, purchase.Match.Seller, released, code, bidReturns));
}
