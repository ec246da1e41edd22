using Google.Protobuf;
using HyphaMarket.Brokerage.Admission;
using HyphaMarket.Brokerage.Replica;
using HyphaMarket.Market.Ids;
using HyphaMarket.Market.Slots;
using HyphaMarket.Wire;
using HyphaMarket.Wire.Messages;

namespace HyphaMarket.Brokerage.Brokers;

// The even slot: prune, and make replicas equal.
public sealed partial class MarketBroker
{
    /// <summary>One session with each fellow broker at a time: what a slow or lying one costs does not grow with the slots.</summary>
    private readonly Dictionary<ParticipantId, ReconciliationSession> _sessions = [];

    /// <summary>Fellow brokers whose whole replica this broker has taken in since it began to catch up.</summary>
    private readonly HashSet<ParticipantId> _caughtUpWith = [];
    private Slot _catchingUpSince = new(long.MinValue);

    private void PruneAndReconcile(Instant now, Slot slot)
    {
        Prune(slot);
        // One session in the background of each even slot, with the members in turn. Who catches up asks all, in every slot.
        var others = Fellows.ToArray();
        if (others.Length == 0 || IsCatchingUp) return;
        var peer = others[(int)((slot.Value / 2) % others.Length)].Peer;
        if (!_sessions.ContainsKey(peer)) StartReconciliation(now, peer, Opening());
    }

    private void Prune(Slot slot)
    {
        foreach (var fill in _ledger.TakeClosed(slot)) TellOutcome(fill, slot);
        foreach (var state in _slots.Values.Where(state => !state.IsClosed && slot > _rules.Schedule.LastActivationSlotOf(state.Slot)).ToArray())
        {
            state.IsClosed = true;
            if (state.MyResult is not null && state.Certified is null) Report(BrokerReport.SlotVoid, state.Slot, "no quorum before the deadline");
        }

        var horizon = new Slot(slot.Value - _rules.RetainSlots);
        foreach (var old in _slots.Keys.TakeWhile(key => key < horizon).ToArray()) _slots.Remove(old);
        foreach (var old in _certificates.Keys.TakeWhile(key => key < horizon.Plus(-_rules.TtlCapSlots)).ToArray()) _certificates.Remove(old);
        _offers.Forget(horizon);
        _replica.Forget(horizon);
        _ledger.Forget(horizon);
        BookVersion++;
    }

    private void TellOutcome(TrackedFill fill, Slot slot)
    {
        var outcome = fill.OutcomeAt(slot, _rules.Schedule);
        if (outcome is FillOutcome.Settled or FillOutcome.Held) return;
        foreach (var leg in fill.Legs)
        {
            var taken = fill.Takes(leg.Offer, slot, _rules.Schedule);
            Tell(leg.Owner, leg.Offer, taken ? StoreNoticeKind.Dropped : StoreNoticeKind.Requeued, fill.Quantity, outcome switch
            {
                FillOutcome.Released => "The seller released the match.",
                FillOutcome.NotAccepted => "The seller did not accept in time.",
                _ => "The buyer did not activate in time.",
            });
        }
    }

    private void ReconcileWithAll(Instant now)
    {
        // All are opened with the same: what is here is hashed once.
        IReadOnlyList<IdRange>? opening = null;
        foreach (var member in Fellows)
        {
            if (!_sessions.ContainsKey(member.Peer)) StartReconciliation(now, member.Peer, opening ??= Opening());
        }
    }

    private IReadOnlyList<IdRange> Opening() => SetReconciliation.Open(_replica.ViewAt(CurrentSlot));

    private void StartReconciliation(Instant now, ParticipantId peer, IReadOnlyList<IdRange> opening)
    {
        var session = new ReconciliationSession(peer, CurrentSlot, _options.IdsWantedInSession, _options.FetchesInSession);
        _sessions.Add(peer, session);
        Compare(now, session, opening);
    }

    private void Compare(Instant now, ReconciliationSession session, IReadOnlyList<IdRange> ranges)
    {
        var request = new ReconcileRequest { Slot = session.Slot.Value };
        request.Ranges.AddRange(ranges);
        session.Rounds++;
        session.IsComparing = Ask(now, AskedFor.Reconciliation, session.Peer, new BrokerRequest { Reconcile = request }, session.Slot, session: session);
        if (!session.IsComparing) Abandon(session);
    }

    /// <summary>The session ends with a gap: the replicas are not known to be equal after it.</summary>
    private void Abandon(ReconciliationSession session)
    {
        session.Abandon();
        _sessions.Remove(session.Peer);
    }

    private BrokerResponse OnReconcile(ReconcileRequest request)
    {
        var slot = new Slot(request.Slot);
        if (slot.Value < CurrentSlot.Value - _rules.RetainSlots || slot.Value > CurrentSlot.Value + _rules.RetainSlots) return Decline($"You reconcile slot {slot}; I am in slot {CurrentSlot}.");
        var ids = _replica.ViewAt(slot);
        var step = SetReconciliation.Continue(ids, request.Ranges);
        if (step.IsMalformed) return Decline("The ranges are malformed.");
        var response = new ReconcileResponse();
        response.Records.AddRange(ToBatch(step.TheyLack.Select(_replica.Find)).Records);
        if (response.Records.Count < step.TheyLack.Count)
        {
            // They do not fit in one message: the asker gets the ids, and fetches.
            response.Records.Clear();
            step = SetReconciliation.Continue(ids, request.Ranges, listBack: true);
        }

        response.Ranges.AddRange(step.Ranges);
        response.Wanted.AddRange(step.ILack.Take(MaxBatch).Select(ToBytes));
        return new BrokerResponse { Reconcile = response };
    }

    private void OnReconciled(Instant now, ReconciliationSession session, BrokerResponse? answer, VerifiedBatch verified)
    {
        session.IsComparing = false;
        if (answer?.Reconcile is not { } response || response.Records.Count > MaxBatch || response.Wanted.Count > MaxBatch)
        {
            Abandon(session);
            return;
        }

        var taken = IngestBatch(now, session.Peer, response.Records, verified);
        var step = SetReconciliation.Continue(_replica.ViewAt(session.Slot), response.Ranges);
        if (step.IsMalformed)
        {
            Abandon(session);
            return;
        }

        var push = ToBatch(step.TheyLack.Concat(response.Wanted.Select(ToId).OfType<RecordId>()).Distinct().Select(_replica.Find));
        if (push.Records.Count > 0) Ask(now, AskedFor.Push, session.Peer, new BrokerRequest { Push = push }, session.Slot);
        session.Want(step.ILack);
        if (taken + push.Records.Count + step.ILack.Count > 0)
        {
            Report(BrokerReport.Reconciled, session.Slot, $"took {taken}, gave {push.Records.Count}, asks for {step.ILack.Count}");
        }

        if (step.Ranges.Count > 0 && session.Rounds < SetReconciliation.MaxRounds) Compare(now, session, step.Ranges);
        else session.IsPartial |= step.Ranges.Count > 0;
        GoOn(now, session);
    }

    private void OnSessionFetched(Instant now, ReconciliationSession session, IReadOnlyList<RecordId> asked, IReadOnlySet<RecordId> came)
    {
        session.OnFetched(asked, came);
        GoOn(now, session);
    }

    /// <summary>Fetches what the session still wants; ends it when it wants nothing more.</summary>
    private void GoOn(Instant now, ReconciliationSession session)
    {
        while (!session.IsFetching && session.TakeWanted(MaxBatch) is { Count: > 0 } ids)
        {
            // What came meanwhile by other ways is not asked for.
            var lacking = ids.Where(id => !_replica.Contains(id)).ToArray();
            if (lacking.Length == 0) continue;
            session.IsFetching = Fetch(now, session.Peer, session.Slot, default, lacking, session);
            if (!session.IsFetching) session.Abandon();
        }

        if (!session.IsOver) return;
        _sessions.Remove(session.Peer);
        if (!session.IsPartial && session.Slot >= _catchingUpSince) OnWhole(session.Peer);
    }

    /// <summary>What this broker holds is of another time, or nothing: until it has caught up it neither proposes nor votes.</summary>
    private void CatchUp()
    {
        if (Config.Members.Count == 1) return;
        (IsCatchingUp, _catchingUpSince) = (true, CurrentSlot);
        _caughtUpWith.Clear();
    }

    /// <summary>
    /// A liar may say that it has nothing more than I: so many replicas are taken in that one of them is an honest broker's, but never so many that
    /// with f brokers down the others could not go on.
    /// </summary>
    private void OnWhole(ParticipantId peer)
    {
        if (IsCatchingUp) _caughtUpWith.Add(peer);
        EndCatchingUp();
    }

    private void EndCatchingUp()
    {
        if (Math.Min(_caughtUpWith.Count, _toldOwn.Count) >= ComparisonsNeeded) IsCatchingUp = false;
    }
}
