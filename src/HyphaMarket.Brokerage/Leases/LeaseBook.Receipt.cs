using Google.Protobuf;
using HyphaMarket.Brokerage.Journal;
using HyphaMarket.Brokerage.Settlement;
using HyphaMarket.Market.Slots;
using HyphaMarket.Wire;
using HyphaMarket.Wire.Messages;

namespace HyphaMarket.Brokerage.Leases;

public sealed partial class LeaseBook
{
    /// <summary>
    /// The seller asks for a receipt minute by minute, the next when the last is signed: so the parties' counts never differ by more than one, whatever gets
    /// lost. What passed in a silence is caught up with at once, one answer after the other.
    /// </summary>
    private void ConsiderReceipt(Instant now, Lease lease)
    {
        if (lease.Role != LeaseRole.Seller) return;
        var behind = lease.MinutesAt(now) - lease.Minutes;
        var isDue = !lease.IsActive(now) || now >= lease.NextReceiptAt;
        if (isDue && lease.IsActive(now)) lease.NextReceiptAt = now.PlusMs(_options.ReceiptIntervalMs);
        if (_options.MaxUnsignedMinutes > 0 && behind > _options.MaxUnsignedMinutes && lease.EndsAt is null && lease.IsActive(now)) End(now, lease.Id, "Receipts are not signed.");
        if (behind <= 0 || (!isDue && behind == 1) || lease.Asks.ContainsKey(LeaseAskKind.Receipt)) return;
        var minutes = lease.Minutes + 1;
        var body = new UsageBody
        {
            Lease = ByteString.CopyFrom(lease.Id.Value.ToArray()),
            Minutes = minutes,
            Micros = MicrosOf(lease, minutes),
            UnixMs = now.UnixMs,
        };
        Send(now, lease, LeaseAskKind.Receipt, new PendingAsk(HalfSigned(lease, RecordKind.Usage, body.ToByteString()), 0, false, now, lease.LongestEnd.PlusMs(_options.ClosingMs), 0));
    }

    private void OnReceiptAsked(Instant now, Lease lease, Record half, long requestId)
    {
        if (!HasTheirHalf(lease, half, RecordKind.Usage))
        {
            Refuse(requestId, SettleRefusalCodes.BadSignature, "The receipt lacks your half.");
            return;
        }

        if (!SettlementRecords.TryRead(half, RecordKind.Usage, UsageBody.Parser, out var body) || !NamesLease(body.Lease, lease))
        {
            Refuse(requestId, SettleRefusalCodes.Malformed, "This is no receipt of this lease.");
            return;
        }

        // Both parties keep the same last receipt, so a repeat (or an older one that came late) is answered with it.
        if (lease.Receipt is { } last && body.Minutes >= 0 && body.Minutes <= lease.Minutes && body.Micros == MicrosOf(lease, body.Minutes))
        {
            _runtime.Outbox.EmitAfter(lease.Entry, new SettlementEffect.RespondLease(requestId, new LeaseResponse { CoSigned = last }));
            return;
        }

        if (Dispute(now, lease, body) is { } dispute)
        {
            _runtime.Outbox.Emit(new SettlementEffect.Raise(new SettlementEvent.UsageDisputed(lease, dispute)));
            Refuse(requestId, SettleRefusalCodes.UsageDisputed, dispute);
            return;
        }

        var receipt = CoSigned(lease, half);
        TakeReceipt(now, lease, receipt, new SettlementEffect.RespondLease(requestId, new LeaseResponse { CoSigned = receipt }));
    }

    /// <summary>The other side's answer to a receipt: with its half it counts, even when it is a later one than was asked for.</summary>
    private void OnReceiptSigned(Instant now, Lease lease, Record receipt)
    {
        var body = UsageBody.Parser.ParseFrom(receipt.Body);
        if (body.Minutes <= lease.Minutes) return;
        if (Dispute(now, lease, body) is { } dispute)
        {
            _runtime.Outbox.Emit(new SettlementEffect.Raise(new SettlementEvent.UsageDisputed(lease, dispute)));
            return;
        }

        TakeReceipt(now, lease, receipt);
    }

    private void TakeReceipt(Instant now, Lease lease, Record receipt, params ReadOnlySpan<SettlementEffect> first)
    {
        var posting = ApplyReceipt(lease, receipt);
        lease.NextExchangeAt = now.PlusMs(_options.SilenceMs);
        lease.Entry = _runtime.Outbox.Append(
            new JournalEntry(JournalKind.LeaseUsage, lease.Id.Value, receipt.ToByteArray()),
            [.. first, new SettlementEffect.Raise(new SettlementEvent.Posted(posting))]);
        if (lease.Asks.TryGetValue(LeaseAskKind.Receipt, out var ask) && UsageBody.Parser.ParseFrom(ask.Record.Body).Minutes <= lease.Minutes) lease.DropAsk(LeaseAskKind.Receipt);
        Step(now, lease);
    }

    /// <summary>Why this count cannot be signed; null when it can. It is cumulative, follows from the price, and is not ahead of this node's own clock.</summary>
    private string? Dispute(Instant now, Lease lease, UsageBody body)
    {
        if (body.Minutes < lease.Minutes) return $"{body.Minutes} minutes are fewer than the {lease.Minutes} that both signed.";
        var mine = lease.MinutesAt(now);
        if (body.Minutes - mine > _options.ToleratedMinutes) return $"{body.Minutes} minutes are claimed; this side counts {mine}.";
        return body.Micros == MicrosOf(lease, body.Minutes) ? null : $"{body.Micros} micro-credits do not follow from {body.Minutes} minutes at the agreed price.";
    }

    /// <summary>What the buyer owes the seller for so many minutes. It fits: the longest lease's cost was checked before anybody signed.</summary>
    private static long MicrosOf(Lease lease, long minutes)
    {
        var micros = lease.MicrosPerMinute * minutes;
        return micros > long.MaxValue ? long.MaxValue : (long)micros;
    }

    private Posting ApplyReceipt(Lease lease, Record receipt)
    {
        var body = UsageBody.Parser.ParseFrom(receipt.Body);
        var added = body.Micros - lease.Micros;
        var posting = new Posting(lease.Counterparty, lease.Id, SignedRecords.IdOf(receipt), lease.Role == LeaseRole.Seller ? added : -added);
        lease.Sign(receipt, body.Minutes, body.Micros);
        Accounts.Post(posting);
        return posting;
    }
}
