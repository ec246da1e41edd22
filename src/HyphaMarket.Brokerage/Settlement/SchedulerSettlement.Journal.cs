using HyphaMarket.Brokerage.Journal;
using HyphaMarket.Brokerage.Leases;
using HyphaMarket.Market.Slots;
using HyphaMarket.Wire.Messages;

namespace HyphaMarket.Brokerage.Settlement;

public sealed partial class SchedulerSettlement
{
    /// <summary>Takes an entry back in, by the same steps as live.</summary>
    internal void Restore(Instant now, JournalEntry entry)
    {
        switch (entry.Kind)
        {
            case JournalKind.PurchaseActivated:
                Apply(PurchaseActivatedEntry.Parser.ParseFrom(entry.Payload));
                break;
            case JournalKind.PurchaseSettled:
                Apply(LeaseOpenedEntry.Parser.ParseFrom(entry.Payload), now);
                break;
            case JournalKind.PurchaseClosed:
                Apply(entry, PurchaseClosedEntry.Parser.ParseFrom(entry.Payload));
                break;
            default:
                throw new InvalidDataException($"The entry is not a buyer's: {entry.Kind}.");
        }
    }

    /// <summary>Asks again at once for what was activated before the crash.</summary>
    internal void AfterRestore(Instant now)
    {
        foreach (var purchase in _purchases.Values.Where(purchase => purchase.State == PurchaseState.Activated))
        {
            if (now < purchase.AbandonAt) Ask(now, purchase);
            else _timers.Set(purchase.Match.Match, purchase.AbandonAt);
        }
    }

    private void Apply(PurchaseActivatedEntry entry)
    {
        var body = ActivatedBody.Parser.ParseFrom(entry.Activated.Body);
        if (!MatchSummary.TryRead(body.Terms, out var match)) throw new InvalidDataException("A journaled activation names no match.");
        if (!_purchases.TryFind(match.Match, out var purchase))
        {
            var abandonAt = new Instant(entry.AbandonUnixMs);
            purchase = new Purchase(match, (int)body.TermMinutes, (int)entry.LongestTermMinutes, new Instant(entry.DeadlineUnixMs), abandonAt, abandonAt.PlusMs(_runtime.Options.RetentionMs))
            {
                Group = entry.Group.Memory,
                SellerAddresses = entry.SellerAddresses.Select(address => address.Memory).ToArray(),
            };
            _purchases.Add(match.Match, purchase);
        }

        purchase.State = PurchaseState.Activated;
        purchase.TakesQuantity = true;
        (purchase.Accepted, purchase.Activated) = (entry.Accepted, entry.Activated);
    }

    internal Lease Apply(LeaseOpenedEntry entry, Instant now)
    {
        var lease = _leases.Open(now, LeaseRole.Buyer, entry);

        // The activation's entry may be gone from the journal when the match is long over; the lease stays as history.
        if (_purchases.TryFind(lease.Match.Match, out var purchase))
        {
            purchase.State = PurchaseState.Settled;
            purchase.IsAwaiting = false;
            _timers.Set(purchase.Match.Match, purchase.ForgetAt);
        }

        return lease;
    }

    private void Apply(JournalEntry entry, PurchaseClosedEntry closed)
    {
        if (!_purchases.TryFind(entry.Key, out var purchase)) return;
        var bidReturns = closed.Released is not null && ReleasedBody.Parser.ParseFrom(closed.Released.Body).Reason != ReleaseReason.Late;
        MarkFailed(purchase, closed.Released, bidReturns);
    }
}
