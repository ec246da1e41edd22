using HyphaMarket.Brokerage.Journal;
using HyphaMarket.Brokerage.Leases;
using HyphaMarket.Market.Slots;
using HyphaMarket.Wire.Messages;

namespace HyphaMarket.Brokerage.Settlement;

public sealed partial class WorkerSettlement
{
    /// <summary>Takes an entry back in. Live changes go through the same steps, so a restored ledger is one that was.</summary>
    internal void Restore(Instant now, JournalEntry entry)
    {
        switch (entry.Kind)
        {
            case JournalKind.SaleReserved:
                Apply(SaleReservedEntry.Parser.ParseFrom(entry.Payload));
                break;
            case JournalKind.SaleSettled:
                Apply(LeaseOpenedEntry.Parser.ParseFrom(entry.Payload), now);
                break;
            case JournalKind.SaleReleased:
                Apply(SaleReleasedEntry.Parser.ParseFrom(entry.Payload));
                break;
            default:
                throw new InvalidDataException($"The entry is not a seller's: {entry.Kind}.");
        }
    }

    /// <summary>Publishes again what may not have got out before the crash.</summary>
    internal void AfterRestore(Instant now)
    {
        foreach (var sale in _sales.Values.Where(sale => now < sale.ForgetAt))
        {
            if (sale.Accepted is not null) _runtime.Outbox.Emit(Publication(sale, sale.Accepted));
            if (sale.Settled is not null) _runtime.Outbox.Emit(Publication(sale, sale.Settled));
            if (sale.Released is not null && sale.Accepted is null) _runtime.Outbox.Emit(Publication(sale, sale.Released));
        }
    }

    private Sale Apply(SaleReservedEntry entry)
    {
        var body = AcceptedBody.Parser.ParseFrom(entry.Accepted.Body);
        var sale = SaleOf(body.Terms, new Instant(entry.ForgetUnixMs));
        sale.Reserve(entry);
        Schedule(sale);
        return sale;
    }

    internal Lease Apply(LeaseOpenedEntry entry, Instant now)
    {
        var lease = _leases.Open(now, LeaseRole.Seller, entry);

        // The reservation's entry may be gone from the journal when the match is long over; the lease stays as history.
        if (_sales.TryFind(lease.Match.Match, out var sale))
        {
            sale.Settle(entry.Settled);
            Schedule(sale);
        }

        return lease;
    }

    private Sale Apply(SaleReleasedEntry entry)
    {
        var body = ReleasedBody.Parser.ParseFrom(entry.Released.Body);
        var sale = SaleOf(body.Terms, new Instant(entry.ForgetUnixMs));
        sale.Release(entry.Released);
        if (body.Reason == ReleaseReason.Late) _runtime.Strikes.Add(new Instant(body.UnixMs), sale.Match.Buyer);
        Schedule(sale);
        return sale;
    }

    private Sale SaleOf(MatchTerms terms, Instant forgetAt)
    {
        if (!MatchSummary.TryRead(terms, out var match)) throw new InvalidDataException("A journaled record names no match.");
        if (!_sales.TryFind(match.Match, out var sale)) _sales.Add(match.Match, sale = new Sale(match, forgetAt));
        return sale;
    }
}
