using System.Diagnostics.CodeAnalysis;
using Google.Protobuf;
using HyphaMarket.Brokerage.Journal;
using HyphaMarket.Brokerage.Settlement;
using HyphaMarket.Market.Ids;
using HyphaMarket.Market.Slots;
using HyphaMarket.Wire;
using HyphaMarket.Wire.Messages;

namespace HyphaMarket.Brokerage.Leases;

// After a loss of the journal: each party shows what it holds of a lease, and takes in what it lacks. Nothing is believed that is not signed by whom it binds.
public sealed partial class LeaseBook
{
    /// <summary>Takes a lease of which this node's own signature was shown into the ledger of its role; set by the owner of both.</summary>
    internal Func<Instant, LeaseRole, LeaseOpenedEntry, Lease> TakeBack { private get; set; } = (_, _, _) => throw new InvalidOperationException("No ledger takes leases back.");

    /// <summary>This node's journal is not whole: asks the other parties what it may have forgotten of its leases, be it a renewal of one that seems over.</summary>
    internal void ExchangeAll(Instant now)
    {
        foreach (var lease in _leases.Values.Where(lease => !lease.IsClosed && now < lease.LongestEnd).ToArray())
        {
            StartExchange(now, lease);
            Schedule(now, lease);
        }
    }

    /// <summary>A buyer that misses receipts asks: the seller may have lost the lease, and would sell its units again.</summary>
    private void ConsiderExchange(Instant now, Lease lease)
    {
        if (IsExchangeDue(now, lease)) StartExchange(now, lease);
    }

    private bool IsExchangeDue(Instant now, Lease lease) =>
        lease.Role == LeaseRole.Buyer && lease.IsActive(now) && now >= lease.NextExchangeAt && !lease.Asks.ContainsKey(LeaseAskKind.Exchange);

    private void StartExchange(Instant now, Lease lease)
    {
        lease.NextExchangeAt = now.PlusMs(_options.SilenceMs);
        if (lease.Asks.ContainsKey(LeaseAskKind.Exchange)) return;
        Send(now, lease, LeaseAskKind.Exchange, new PendingAsk(lease.Settled, 0, false, now, lease.LongestEnd, lease.Entry));
    }

    private static LeaseRecords RecordsOf(Lease lease) => new() { Settled = lease.Settled, Renewal = lease.Renewal, Usage = lease.Receipt, End = lease.Ending };

    private static bool IsExchangeOf(Lease lease, LeaseRecords records) => records.Settled is { } settled && settled.Kind == RecordKind.Settled && SignedRecords.IdOf(settled) == lease.Id;

    private void OnExchangeAsked(Instant now, ParticipantId from, LeaseRequest request, long requestId)
    {
        var records = request.Records;
        if (!TryReadLease(records.Settled, out var role, out var match, out var body) || !request.Lease.Span.SequenceEqual(SignedRecords.IdOf(records.Settled).Value.ToArray()))
        {
            Refuse(requestId, SettleRefusalCodes.BadSignature, "This is no lease that both parties have signed, one of them this node.");
            return;
        }

        if ((role == LeaseRole.Buyer ? match.Seller : match.Buyer) != from)
        {
            Refuse(requestId, SettleRefusalCodes.NotAParty, "You are not the other party of this lease.");
            return;
        }

        if (!_leases.TryGetValue(SignedRecords.IdOf(records.Settled), out var lease) && !TryTakeBack(now, role, match, body, records, requestId, out lease)) return;
        TakeIn(now, lease, records);
        _runtime.Outbox.EmitAfter(lease.Entry, new SettlementEffect.RespondLease(requestId, new LeaseResponse { Records = RecordsOf(lease) }));
    }

    /// <summary>"Leases that schedulers show with my signature are taken back in", and those that sellers show with the buyer's.</summary>
    private bool TryTakeBack(Instant now, LeaseRole role, MatchSummary match, SettledBody body, LeaseRecords records, long requestId, [NotNullWhen(true)] out Lease? lease)
    {
        lease = null;
        if (_byMatch.ContainsKey((role, match.Match)))
        {
            // A match has one lease. Two with both signatures are the seller's fault and the buyer's proof.
            Refuse(requestId, SettleRefusalCodes.WrongTerms, "This node holds another lease of the same match.");
            return false;
        }

        var entry = new LeaseOpenedEntry { Settled = records.Settled };
        var shown = new Lease(role, records.Settled, match, body, []);
        if (TryReadRenewal(shown, records.Renewal, out var renewal)) shown.Renew(records.Renewal, (int)renewal.Number, new Instant(renewal.EndUnixMs));
        if (TryReadEnd(shown, records.End, out var end)) shown.Announce(records.End, end);
        if (!shown.IsActive(now))
        {
            // What is over binds nobody, and may have been forgotten in good order.
            Refuse(requestId, SettleRefusalCodes.LeaseEnded, "By my clock this lease is over.");
            return false;
        }

        if (!HasRoom)
        {
            Refuse(requestId, SettleRefusalCodes.Busy, "Too many leases are remembered. Ask again.");
            return false;
        }

        if (!_runtime.Recovery.Explains(new Instant(body.StartUnixMs)))
        {
            _runtime.LoseJournal(now, SignedRecords.IdOf(records.Settled).Value, "A running lease with this node's signature was shown that the journal does not have.");
        }

        lease = TakeBack(now, role, entry);
        return true;
    }

    /// <summary>Takes in what of these records is signed by both, or by whom it binds, and is news.</summary>
    private void TakeIn(Instant now, Lease lease, LeaseRecords records)
    {
        if (_runtime.Outbox.IsFull) return;
        if (TryReadRenewal(lease, records.Renewal, out _))
        {
            Reopen(lease);
            TakeRenewal(now, lease, records.Renewal);
        }

        if (HasBothHalves(lease, records.Usage, RecordKind.Usage) && SettlementRecords.TryRead(records.Usage, RecordKind.Usage, UsageBody.Parser, out var usage)
            && NamesLease(usage.Lease, lease) && usage.Minutes > lease.Minutes && usage.Micros >= lease.Micros)
        {
            TakeReceipt(now, lease, records.Usage);
        }

        if (TryReadEnd(lease, records.End, out var at) && !(lease.EndsAt <= at))
        {
            ApplyEnding(lease, records.End);
            var ending = LeaseEndBody.Parser.ParseFrom(records.End.Body);
            lease.Entry = _runtime.Outbox.Append(
                new JournalEntry(JournalKind.LeaseEnding, lease.Id.Value, records.End.ToByteArray()),
                new SettlementEffect.Raise(new SettlementEvent.LeaseEnding(lease, new ParticipantId(ending.By.Span), at, false, PlainText.Cut(ending.Reason))));
            Schedule(now, lease);
        }
    }

    /// <summary>Without the renewal the lease seemed over, and may have been put away.</summary>
    private void Reopen(Lease lease)
    {
        lease.IsEndAnnounced = false;
        if (!lease.IsClosed) return;
        if (lease.Role == LeaseRole.Buyer) _closedCost -= lease.BuyerCost;
        lease.IsClosed = false;
        var others = _closed.Where(id => id != lease.Id).ToArray();
        _closed.Clear();
        foreach (var id in others) _closed.Enqueue(id);
    }

    /// <summary>A lease with the seller's signature over the buyer's, one of them this node's.</summary>
    private bool TryReadLease(Record? settled, out LeaseRole role, [NotNullWhen(true)] out MatchSummary? match, [NotNullWhen(true)] out SettledBody? body)
    {
        (role, match) = (LeaseRole.Seller, null);
        if (!SettlementRecords.TryRead(settled, RecordKind.Settled, SettledBody.Parser, out body) || !MatchSummary.TryRead(body.Terms, out match)) return false;
        if (match.Buyer == _runtime.Keys.Me) role = LeaseRole.Buyer;
        else if (match.Seller != _runtime.Keys.Me) return false;
        if (match.Buyer == match.Seller || body.EndUnixMs <= body.StartUnixMs || body.LongestEndUnixMs < body.EndUnixMs) return false;
        if (!SettlementRecords.TryReadSigned(_runtime.Keys, body.Activated, RecordKind.Activated, match.Buyer, ActivatedBody.Parser, out var activated) || !body.Terms.Equals(activated.Terms)) return false;
        return SignedRecords.VerifySignature(_runtime.Keys.Network, settled!, match.Seller, _runtime.Keys.Verifier);
    }

    /// <summary>A renewal with both halves that is later than what the lease has.</summary>
    private bool TryReadRenewal(Lease lease, Record? renewal, [NotNullWhen(true)] out RenewalBody? body)
    {
        body = null;
        return HasBothHalves(lease, renewal, RecordKind.Renewal)
            && SettlementRecords.TryRead(renewal, RecordKind.Renewal, RenewalBody.Parser, out body)
            && NamesLease(body.Lease, lease)
            && body.Number > lease.Renewals && body.Number <= int.MaxValue
            && body.EndUnixMs > lease.End.UnixMs && body.EndUnixMs <= lease.LongestEnd.UnixMs;
    }

    /// <summary>A notice by either party that does not take back minutes that both have signed.</summary>
    private bool TryReadEnd(Lease lease, Record? end, out Instant at)
    {
        at = default;
        if (!SettlementRecords.TryRead(end, RecordKind.LeaseEnd, LeaseEndBody.Parser, out var body) || !ParticipantId.TryFromBytes(body.By.Span, out var by)) return false;
        if (by != lease.Match.Buyer && by != lease.Match.Seller) return false;
        at = new Instant(body.AtUnixMs);
        return NamesLease(body.Lease, lease) && at >= lease.Start.PlusMs(lease.Minutes * 60_000) && SignedRecords.VerifySignature(_runtime.Keys.Network, end!, by, _runtime.Keys.Verifier);
    }

    private bool HasBothHalves(Lease lease, Record? record, RecordKind kind)
    {
        if (!HasTheirHalf(lease, record, kind)) return false;
        var mine = lease.Role == LeaseRole.Buyer ? record!.Both.Buyer : record!.Both.Seller;
        return mine.Length == SignedRecords.SignatureSize
            && _runtime.Keys.Verifier.Verify(_runtime.Keys.Me, SignedRecords.SigningBytes(_runtime.Keys.Network, kind, record.Body.Span), mine.Span);
    }
}
