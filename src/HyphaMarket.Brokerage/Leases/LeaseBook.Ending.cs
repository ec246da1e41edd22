using System.Text;
using Google.Protobuf;
using HyphaMarket.Brokerage.Journal;
using HyphaMarket.Brokerage.Settlement;
using HyphaMarket.Market.Ids;
using HyphaMarket.Market.Slots;
using HyphaMarket.Wire;
using HyphaMarket.Wire.Messages;

namespace HyphaMarket.Brokerage.Leases;

public sealed partial class LeaseBook
{
    private void GiveNotice(Instant now, Lease lease, Instant at, string reason)
    {
        if (Encoding.UTF8.GetByteCount(reason) > _options.MaxReasonBytes) throw new ArgumentException($"A reason has at most {_options.MaxReasonBytes} bytes.", nameof(reason));
        var body = new LeaseEndBody
        {
            Lease = ByteString.CopyFrom(lease.Id.Value.ToArray()),
            By = ByteString.CopyFrom(_runtime.Keys.Me.Span),
            AtUnixMs = at.UnixMs,
            Reason = reason,
        };
        var ending = SignedRecords.Sign(_runtime.Keys.Network, RecordKind.LeaseEnd, body, _runtime.Keys.Signer);
        ApplyEnding(lease, ending);
        lease.Entry = _runtime.Outbox.Append(
            new JournalEntry(JournalKind.LeaseEnding, lease.Id.Value, ending.ToByteArray()),
            new SettlementEffect.Raise(new SettlementEvent.LeaseEnding(lease, _runtime.Keys.Me, at, false, reason)));
        Send(now, lease, LeaseAskKind.End, new PendingAsk(ending, 0, false, now, at.PlusMs(_options.ClosingMs), lease.Entry));
        Schedule(now, lease);
    }

    /// <remarks>
    /// A notice counts as signed, so that both sides hold the same end however late it came; one that came late is told as such, and is the policy's to judge.
    /// It cannot take back minutes that both have signed.
    /// </remarks>
    private void OnEndAsked(Instant now, Lease lease, ParticipantId from, Record ending, long requestId)
    {
        if (!SettlementRecords.TryReadSigned(_runtime.Keys, ending, RecordKind.LeaseEnd, from, LeaseEndBody.Parser, out var body))
        {
            Refuse(requestId, SettleRefusalCodes.BadSignature, "The end is not signed by you.");
            return;
        }

        if (!NamesLease(body.Lease, lease) || !body.By.Span.SequenceEqual(from.Span) || Encoding.UTF8.GetByteCount(body.Reason) > _options.MaxReasonBytes)
        {
            Refuse(requestId, SettleRefusalCodes.Malformed, "This is no end of this lease by you.");
            return;
        }

        var at = new Instant(body.AtUnixMs);
        if (at < lease.Start.PlusMs(lease.Minutes * 60_000))
        {
            Refuse(requestId, SettleRefusalCodes.WrongTerms, "The end lies before minutes that both have signed.");
            return;
        }

        var acknowledgement = new SettlementEffect.RespondLease(requestId, new LeaseResponse { End = ending });
        if (lease.EndsAt <= at || at >= lease.CommittedEnd)
        {
            // Nothing changes by it, so nothing is journaled.
            _runtime.Outbox.EmitAfter(lease.Entry, acknowledgement);
            return;
        }

        var shortNotice = at < now.PlusMs(_options.NoticeMs - _runtime.Options.ClockToleranceMs);
        ApplyEnding(lease, ending);
        lease.Entry = _runtime.Outbox.Append(
            new JournalEntry(JournalKind.LeaseEnding, lease.Id.Value, ending.ToByteArray()),
            acknowledgement,
            new SettlementEffect.Raise(new SettlementEvent.LeaseEnding(lease, from, at, shortNotice, PlainText.Cut(body.Reason))));
        if (shortNotice) _runtime.Strikes.Add(now, from);
        Schedule(now, lease);
    }

    private static void ApplyEnding(Lease lease, Record ending) => lease.Announce(ending, new Instant(LeaseEndBody.Parser.ParseFrom(ending.Body).AtUnixMs));
}
