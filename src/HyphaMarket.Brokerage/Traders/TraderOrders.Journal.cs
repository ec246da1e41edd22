using Google.Protobuf;
using HyphaMarket.Brokerage.Journal;
using HyphaMarket.Brokerage.Records;
using HyphaMarket.Market.Ids;
using HyphaMarket.Market.Slots;
using HyphaMarket.Wire.Messages;

namespace HyphaMarket.Brokerage.Traders;

// What survives a restart.
public sealed partial class TraderOrders
{
    /// <summary>Takes orders back in from the journal; called once, first.</summary>
    /// <exception cref="InvalidOperationException">An entry does not parse although the journal's checksum holds.</exception>
    public void Restore(Instant now, IEnumerable<JournalEntry> entries)
    {
        ArgumentNullException.ThrowIfNull(entries);
        foreach (var entry in entries)
        {
            if (entry.Kind == JournalKind.JournalLost) BeginRecovery(JournalLostEntry.Parser.ParseFrom(entry.Payload));
            else if (entry.Kind == JournalKind.Order) RestoreOrder(now, JournaledOrder.Parser.ParseFrom(entry.Payload));
            else if (entry.Kind is not (JournalKind.OrderRefused or JournalKind.OrderCancelled) || Find(new OfferId(entry.Key)) is not { } order) continue;
            else if (entry.Kind == JournalKind.OrderRefused) MarkRefused(order, Refusal.Parser.ParseFrom(entry.Payload));
            else MarkCancelled(now, order, Record.Parser.ParseFrom(entry.Payload));
        }

        // Settlement starts anew too: it must know what this node offered, and what of that it took back.
        foreach (var order in _orders.Values.Where(order => MaySettle(now, order))) Place(order);
        WithdrawWhileRecovering(now);
    }

    /// <summary>
    /// The journal was damaged, or is an old copy. Sequences jump, so that none is used twice; offers are taken back, since they may be spent already and
    /// nothing that matches them is taken up; and none is made before the given moment.
    /// </summary>
    public void OnJournalLost(Instant now, Instant begun, Instant until)
    {
        BeginRecovery(new JournalLostEntry { BegunUnixMs = begun.UnixMs, UntilUnixMs = until.UnixMs });
        WithdrawWhileRecovering(now);
    }

    /// <remarks>
    /// By 2^32, and at least to the second of the loss times 2^32: so a second loss, which may take the first jump with it, jumps elsewhere. 2^32 seconds
    /// after 1970 is the year 2106; sequences have 64 bits.
    /// </remarks>
    private void BeginRecovery(JournalLostEntry entry)
    {
        const int Jump = 32;
        var second = (ulong)Math.Clamp(entry.BegunUnixMs / 1000, 0, uint.MaxValue);
        if (second << Jump > _jumpedTo) _lastSequence = Math.Max(_lastSequence + (1UL << Jump), second << Jump);
        _jumpedTo = Math.Max(_jumpedTo, second << Jump);
        if (RecoveringUntil is not { } known || known.UnixMs < entry.UntilUnixMs) RecoveringUntil = new Instant(entry.UntilUnixMs);
    }

    private void WithdrawWhileRecovering(Instant now)
    {
        if (!IsRecovering(now)) return;
        foreach (var order in _orders.Values.Where(order => !order.IsOver).ToArray()) Withdraw(order);
    }

    private bool IsRecovering(Instant now) => now < RecoveringUntil;

    private void RestoreOrder(Instant now, JournaledOrder journaled)
    {
        if (journaled.Order is null || !OfferRecords.TryParse(journaled.Order.Body, out var offer)) throw new InvalidOperationException("A journaled order does not parse although its checksum holds.");
        _lastSequence = Math.Max(_lastSequence, offer.Sequence);
        if (_rules(offer.Market) is not { } rules) return;
        var order = new Order(offer, journaled.Order, new Instant(journaled.CreatedUnixMs), rules.Schedule.EndOf(offer.LastSlot)) { IdempotencyKey = journaled.IdempotencyKey };
        Remember(order);
        if (now >= order.End) order.State = OrderState.Expired;
        else order.Submission.RetryAt = now;
    }

    /// <summary>A match of the order's last slot could still be settled.</summary>
    private bool MaySettle(Instant now, Order order) =>
        _rules(order.Offer.Market) is { Schedule: var schedule } && now < schedule.EndOf(order.Offer.LastSlot.Plus(2 * schedule.ActivationPairs));

    private void Place(Order order)
    {
        _effects.Enqueue(new TraderEffect.Placed(order));
        if (order.IsWithdrawn) _effects.Enqueue(new TraderEffect.Withdrawn(order));
    }

    private void MarkCancelled(Instant now, Order order, Record cancel)
    {
        (order.Cancel, order.IsWithdrawn) = (cancel, true);
        order.Submission.RetryAt = null;
        if (now < order.End) order.CancelSubmission.RetryAt = now;
        // Refused or expired, it stays so: the cancel only makes sure.
        if (!order.IsOver) Become(order, OrderState.Cancelled);
    }

    private void MarkRefused(Order order, Refusal refusal)
    {
        order.Refusal = refusal;
        order.Submission.RetryAt = null;
        Become(order, OrderState.Refused);
    }

    private long Append(JournalKind kind, Order order, IMessage payload)
    {
        _effects.Enqueue(new TraderEffect.Append(++_lastNumber, new JournalEntry(kind, order.Offer.Id.Value, payload.ToByteArray())));
        return _lastNumber;
    }

    /// <summary>What is appended here goes out when it is durable.</summary>
    private void Append(JournalKind kind, Order order, IMessage payload, bool isCancel) => _appending.Add(Append(kind, order, payload), (order, isCancel));
}
