using Google.Protobuf;
using HyphaMarket.Brokerage.Journal;
using HyphaMarket.Brokerage.Settlement;
using HyphaMarket.Market.Slots;
using HyphaMarket.Wire;
using HyphaMarket.Wire.Messages;

namespace HyphaMarket.Brokerage.Leases;

public sealed partial class LeaseBook
{
    /// <summary>"Renewal at two thirds" of the term, "same price, both consent".</summary>
    private void ConsiderRenewal(Instant now, Lease lease)
    {
        if (lease.IsRenewalConsidered || !lease.IsActive(now) || now < lease.RenewalAt) return;
        lease.IsRenewalConsidered = true;
        if (lease.EndsAt is not null || lease.NextEnd is not { } newEnd) return;
        if (_runtime.Outbox.IsFull || !_policy.WantsRenewal(now, lease, newEnd) || !MayExtend(now, lease, newEnd)) return;

        // The other side may hold the whole renewal from the moment that this half leaves, so it binds from before that moment.
        var body = new RenewalBody { Lease = ByteString.CopyFrom(lease.Id.Value.ToArray()), Number = (uint)lease.Renewals + 1, EndUnixMs = newEnd.UnixMs };
        var half = HalfSigned(lease, RecordKind.Renewal, body.ToByteString());
        ApplyOffered(lease, half);
        var entry = _runtime.Outbox.Append(new JournalEntry(JournalKind.LeaseRenewalOffered, lease.Id.Value, half.ToByteArray()));
        Send(now, lease, LeaseAskKind.Renewal, new PendingAsk(half, 0, false, now, newEnd.PlusMs(_options.ClosingMs), entry));
    }

    private void OnRenewalAsked(Instant now, Lease lease, Record half, long requestId)
    {
        if (!HasTheirHalf(lease, half, RecordKind.Renewal))
        {
            Refuse(requestId, SettleRefusalCodes.BadSignature, "The renewal lacks your half.");
            return;
        }

        if (!SettlementRecords.TryRead(half, RecordKind.Renewal, RenewalBody.Parser, out var body) || !NamesLease(body.Lease, lease))
        {
            Refuse(requestId, SettleRefusalCodes.Malformed, "This is no renewal of this lease.");
            return;
        }

        if (lease.Renewal is { } done && done.Body == half.Body)
        {
            _runtime.Outbox.EmitAfter(lease.Entry, new SettlementEffect.RespondLease(requestId, new LeaseResponse { CoSigned = done }));
            return;
        }

        if (!lease.IsActive(now) || lease.EndsAt is not null) Refuse(requestId, SettleRefusalCodes.LeaseEnded, "The lease ends.");
        else if (body.Number != lease.Renewals + 1 || lease.NextEnd is not { } newEnd || body.EndUnixMs != newEnd.UnixMs) Refuse(requestId, SettleRefusalCodes.WrongTerms, "The next renewal is one term, at most to the longest end.");
        else if (!_policy.AgreesToRenewal(now, lease, newEnd)) Refuse(requestId, SettleRefusalCodes.NotRenewed, "This side does not renew.");
        else if (!MayExtend(now, lease, newEnd)) Refuse(requestId, SettleRefusalCodes.NotRenewed, "The units or the budget are promised elsewhere.");
        else
        {
            var renewal = CoSigned(lease, half);
            TakeRenewal(now, lease, renewal, new SettlementEffect.RespondLease(requestId, new LeaseResponse { CoSigned = renewal }));
        }
    }

    private void TakeRenewal(Instant now, Lease lease, Record renewal, params ReadOnlySpan<SettlementEffect> first)
    {
        ApplyRenewed(lease, renewal);
        lease.DropAsk(LeaseAskKind.Renewal);
        lease.Entry = _runtime.Outbox.Append(
            new JournalEntry(JournalKind.LeaseRenewed, lease.Id.Value, renewal.ToByteArray()),
            [.. first, new SettlementEffect.Raise(new SettlementEvent.LeaseRenewed(lease))]);
        Step(now, lease);
    }

    private void OnRenewalRefused(Lease lease, SettleRefusal refusal)
    {
        lease.DropAsk(LeaseAskKind.Renewal);

        lease.WithdrawOffer();
        _runtime.Outbox.Emit(new SettlementEffect.Raise(new SettlementEvent.LeaseNotRenewed(lease, SettleRefusalCodes.Known(refusal.Code), PlainText.Cut(refusal.Detail))));
    }

    private static void ApplyOffered(Lease lease, Record half) => lease.Offer(half, new Instant(RenewalBody.Parser.ParseFrom(half.Body).EndUnixMs));

    private static void ApplyRenewed(Lease lease, Record renewal)
    {
        var body = RenewalBody.Parser.ParseFrom(renewal.Body);
        lease.Renew(renewal, (int)body.Number, new Instant(body.EndUnixMs));
    }
}
