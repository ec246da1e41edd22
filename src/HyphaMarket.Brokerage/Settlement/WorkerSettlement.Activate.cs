using Google.Protobuf;
using HyphaMarket.Brokerage.Journal;
using HyphaMarket.Brokerage.Leases;
using HyphaMarket.Market.Ids;
using HyphaMarket.Market.Slots;
using HyphaMarket.Wire;
using HyphaMarket.Wire.Messages;

namespace HyphaMarket.Brokerage.Settlement;

public sealed partial class WorkerSettlement
{
    /// <summary>A buyer binds itself. Answered by the lease, by a release, or by an unsigned refusal.</summary>
    /// <remarks>What this node does not remember it signs nothing about: it might have signed a lease once.</remarks>
    /// <param name="accepted">This node's own accept that it answers, where the buyer shows it.</param>
    public void OnActivate(Instant now, ParticipantId from, Record activated, long requestId, Record? accepted = null)
    {
        now = _runtime.Clock.Advance(now);
        OnTimer(now);
        if (_runtime.Outbox.IsFull)
        {
            Refuse(requestId, SettleRefusalCodes.Busy, "The journal is behind. Ask again.");
            return;
        }

        if (!SettlementRecords.TryRead(activated, RecordKind.Activated, ActivatedBody.Parser, out var body) || !MatchSummary.TryRead(body.Terms, out var match))
        {
            Refuse(requestId, SettleRefusalCodes.Malformed, "This is no activation.");
            return;
        }

        if (!_sales.TryFind(match.Match, out var sale))
        {
            if (_leases.FindByMatch(match.Match, LeaseRole.Seller) is { } lease && lease.Match.Buyer == from)
            {
                RespondLease(lease, requestId);
                return;
            }

            SuspectLoss(now, match, accepted);
            if (RefuseWhileRecovering(now, requestId)) return;
            Refuse(requestId, SettleRefusalCodes.UnknownMatch, "This node remembers no such match: claim it first.");
            return;
        }

        if (sale.Match.Buyer != from) Refuse(requestId, SettleRefusalCodes.NotAParty, "You are not the buyer of this match.");
        else if (!SignedRecords.VerifySignature(_runtime.Keys.Network, activated, from, _runtime.Keys.Verifier)) Refuse(requestId, SettleRefusalCodes.BadSignature, "The activation is not signed by you.");
        else if (sale.State != SaleState.Reserved) _runtime.Outbox.EmitAfter(sale.Entry, new SettlementEffect.Respond(requestId, sale.Answer));
        else if (!body.Terms.Equals(sale.Match.Terms) || body.TermMinutes != sale.TermMinutes) Refuse(requestId, SettleRefusalCodes.WrongTerms, "The activation states other terms than were accepted.");
        else Settle(now, sale, activated, requestId);
    }

    /// <summary>An accept with this node's signature of a match that it does not know: so its journal is not whole.</summary>
    private void SuspectLoss(Instant now, MatchSummary match, Record? accepted)
    {
        if (!SettlementRecords.TryReadSigned(_runtime.Keys, accepted, RecordKind.Accepted, _runtime.Keys.Me, AcceptedBody.Parser, out var body)) return;
        if (!match.Terms.Equals(body.Terms) || _runtime.Recovery.Explains(new Instant(body.UnixMs))) return;

        // A sale is remembered much longer than this, so one that is not known was never in this journal.
        if (now >= _runtime.Delivery.ActivationDeadline(match.Market, match.Slot).PlusMs(_runtime.Options.RetentionMs)) return;
        _runtime.LoseJournal(now, SignedRecords.IdOf(accepted!).Value, "A buyer shows an accept with this node's signature that the journal does not have.");
    }

    /// <summary>Answered so while nothing new is promised; what this node knows to have ended keeps its answer.</summary>
    private bool RefuseWhileRecovering(Instant now, long requestId)
    {
        if (!_runtime.Recovery.IsOn(now)) return false;
        Refuse(requestId, SettleRefusalCodes.Recovering, "This node lost part of its journal, and promises nothing until what it may have forgotten has ended.");
        return true;
    }

    private void RespondLease(Lease lease, long requestId) =>
        _runtime.Outbox.EmitAfter(lease.Entry, new SettlementEffect.Respond(requestId, new SettleResponse { Settled = lease.Settled }));

    private void Settle(Instant now, Sale sale, Record activated, long requestId)
    {
        var span = _runtime.Delivery.SpanOf(sale.Match.Market, sale.Match.Slot, now, sale.TermMinutes, sale.LongestTermMinutes);
        var body = new SettledBody
        {
            Terms = sale.Match.Terms,
            Activated = activated,
            StartUnixMs = span.Start.UnixMs,
            EndUnixMs = span.End.UnixMs,
            LongestEndUnixMs = span.LongestEnd.UnixMs,
        };
        var settled = SignedRecords.Sign(_runtime.Keys.Network, RecordKind.Settled, body, _runtime.Keys.Signer);
        var entry = new LeaseOpenedEntry { Settled = settled };
        entry.CounterpartyAddresses.AddRange(sale.BuyerAddresses.Select(address => ByteString.CopyFrom(address.Span)));

        var lease = Apply(entry, now);
        sale.Entry = _runtime.Outbox.Append(
            new JournalEntry(JournalKind.SaleSettled, sale.Match.Match, entry.ToByteArray()),
            new SettlementEffect.Respond(requestId, sale.Answer),
            Publication(sale, settled),
            new SettlementEffect.Raise(new SettlementEvent.LeaseOpened(lease)));
    }

    /// <remarks>
    /// The release is told to the buyer when it asks, and not to the brokers: for them, accepted and not settled at the deadline already means that the bid's
    /// quantity is dropped and the ask's returns. Its time is the deadline, so the same lapse has the same bytes whenever it is noticed.
    /// </remarks>
    private void Lapse(Sale sale)
    {
        var body = new ReleasedBody
        {
            Terms = sale.Match.Terms,
            Reason = ReleaseReason.Late,
            Earlier = ByteString.CopyFrom(sale.Standing.Value.ToArray()),
            UnixMs = sale.Deadline.UnixMs,
        };
        var released = SignedRecords.Sign(_runtime.Keys.Network, RecordKind.Released, body, _runtime.Keys.Signer);
        var entry = new SaleReleasedEntry { Released = released, ForgetUnixMs = sale.ForgetAt.UnixMs };

        Apply(entry);
        sale.Entry = _runtime.Outbox.Append(
            new JournalEntry(JournalKind.SaleReleased, sale.Match.Match, entry.ToByteArray()),
            new SettlementEffect.Raise(new SettlementEvent.SaleLapsed(sale.Match.Match, sale.Match.Ask, sale.Match.Quantity, sale.Match.Buyer, Declined: false)));
    }
}
