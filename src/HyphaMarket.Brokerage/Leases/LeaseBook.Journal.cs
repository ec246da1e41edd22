using HyphaMarket.Brokerage.Journal;
using HyphaMarket.Brokerage.Settlement;
using HyphaMarket.Market.Slots;
using HyphaMarket.Wire;
using HyphaMarket.Wire.Messages;

namespace HyphaMarket.Brokerage.Leases;

public sealed partial class LeaseBook
{
    /// <summary>A lease begins, or is taken back in from the journal.</summary>
    internal Lease Open(Instant now, LeaseRole role, LeaseOpenedEntry entry)
    {
        var body = SettledBody.Parser.ParseFrom(entry.Settled.Body);
        if (!MatchSummary.TryRead(body.Terms, out var match)) throw new InvalidDataException("A journaled lease names no match.");
        var lease = new Lease(role, entry.Settled, match, body, entry.CounterpartyAddresses.Select(address => address.Memory).ToArray());
        if (_leases.TryGetValue(lease.Id, out var known)) return known;
        lease.NextReceiptAt = lease.Start.PlusMs(_options.ReceiptIntervalMs);
        lease.NextExchangeAt = now.PlusMs(_options.SilenceMs);
        _leases.Add(lease.Id, lease);
        _byMatch[(role, match.Match)] = lease;
        Schedule(now, lease);
        return lease;
    }

    /// <summary>False where the entry is about a lease that the journal does not have.</summary>
    internal bool Restore(JournalEntry entry)
    {
        if (!_leases.TryGetValue(new RecordId(entry.Key), out var lease)) return false;
        var record = Record.Parser.ParseFrom(entry.Payload);
        switch (entry.Kind)
        {
            case JournalKind.LeaseRenewalOffered:
                ApplyOffered(lease, record);
                break;
            case JournalKind.LeaseRenewed:
                ApplyRenewed(lease, record);
                break;
            case JournalKind.LeaseUsage:
                ApplyReceipt(lease, record);
                break;
            case JournalKind.LeaseEnding:
                ApplyEnding(lease, record);
                break;
            default:
                throw new InvalidDataException($"The entry is not a lease's: {entry.Kind}.");
        }

        return true;
    }

    /// <summary>Takes up again what was under way: halves, receipts and notices that the other side may not have heard of.</summary>
    internal void AfterRestore(Instant now)
    {
        foreach (var lease in _leases.Values.ToArray())
        {
            // What ended before is no news.
            lease.IsEndAnnounced = !lease.IsActive(now);
            lease.NextExchangeAt = now.PlusMs(_options.SilenceMs);
            var closingAt = ClosingAt(lease);
            if (now < closingAt)
            {
                if (lease.Offered is { } half) Send(now, lease, LeaseAskKind.Renewal, new PendingAsk(half, 0, false, now, closingAt, 0));
                if (lease.Ending is { } ending && LeaseEndBody.Parser.ParseFrom(ending.Body).By.Span.SequenceEqual(_runtime.Keys.Me.Span))
                {
                    Send(now, lease, LeaseAskKind.End, new PendingAsk(ending, 0, false, now, closingAt, 0));
                }
            }

            Step(now, lease);
        }
    }
}
