using Google.Protobuf;
using HyphaMarket.Brokerage.Replica;
using HyphaMarket.Market.Ids;
using HyphaMarket.Market.Slots;
using HyphaMarket.Wire;
using HyphaMarket.Wire.Messages;

namespace HyphaMarket.Brokerage.Brokers;

// The even slot: prune, and make replicas equal; and fetching of single records.
public sealed partial class MarketBroker
{
    /// <summary>The most records or ids in one message.</summary>
    private const int MaxBatch = 1024;

    private void PruneAndReconcile(Instant now, Slot slot)
    {
        Prune(slot);
        // One session in the background of each even slot, with the members in turn.
        var others = Others.ToArray();
        if (others.Length == 0) return;
        if (IsCatchingUp) foreach (var member in others) StartReconciliation(now, member.Peer);
        else StartReconciliation(now, others[(int)((slot.Value / 2) % others.Length)].Peer);
    }

    private void Prune(Slot slot)
    {
        foreach (var fill in _ledger.TakeClosed(slot)) TellOutcome(fill, slot);
        foreach (var state in _slots.Values.Where(state => !state.IsClosed && slot > _rules.Schedule.LastActivationSlotOf(state.Slot)).ToArray())
        {
            state.IsClosed = true;
            if (state.MyResult is not null && state.Certified is null) Report(BrokerReport.SlotVoid, state.Slot, "no quorum before the deadline");
        }

        var horizon = new Slot(slot.Value - RetainSlots);
        foreach (var old in _slots.Keys.TakeWhile(key => key < horizon).ToArray()) _slots.Remove(old);
        _offers.Forget(horizon);
        _replica.Forget(horizon);
        _ledger.Forget(horizon);
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

    private void StartReconciliation(Instant now, ParticipantId peer)
    {
        var request = new ReconcileRequest { Slot = CurrentSlot.Value };
        request.Ranges.AddRange(SetReconciliation.Open(_replica.IdsAt(CurrentSlot)));
        Ask(now, AskedFor.Reconciliation, peer, new BrokerRequest { Reconcile = request }, CurrentSlot);
    }

    private BrokerResponse OnReconcile(ReconcileRequest request)
    {
        var slot = new Slot(request.Slot);
        if (Math.Abs(slot.Value - CurrentSlot.Value) > RetainSlots) return Decline($"You reconcile slot {slot}; I am in slot {CurrentSlot}.");
        var step = SetReconciliation.Continue(_replica.IdsAt(slot), request.Ranges);
        if (step.IsMalformed) return Decline("The ranges are malformed.");
        var response = new ReconcileResponse();
        response.Ranges.AddRange(step.Ranges);
        response.Records.AddRange(step.TheyLack.Take(MaxBatch).Select(_replica.Find).OfType<Record>());
        response.Wanted.AddRange(step.ILack.Take(MaxBatch).Select(ToBytes));
        return new BrokerResponse { Reconcile = response };
    }

    private void OnReconciled(Instant now, Asked asked, BrokerResponse? answer)
    {
        if (answer?.Reconcile is not { } response || response.Records.Count > MaxBatch || response.Wanted.Count > MaxBatch) return;
        var taken = response.Records.Count(record => Ingest(now, asked.To, record, RecordSource.FellowBroker).IsNew);
        var step = SetReconciliation.Continue(_replica.IdsAt(asked.Slot), response.Ranges);
        if (step.IsMalformed) return;

        var push = ToBatch(step.TheyLack.Select(_replica.Find).Concat(response.Wanted.Select(FindWanted)));
        if (push.Records.Count > 0) Ask(now, AskedFor.Push, asked.To, new BrokerRequest { Push = push }, asked.Slot);
        if (step.ILack.Count > 0) Fetch(now, asked.To, asked.Slot, default, step.ILack);
        if (taken + push.Records.Count + step.ILack.Count > 0)
        {
            Report(BrokerReport.Reconciled, asked.Slot, $"took {taken}, gave {push.Records.Count}, asked for {step.ILack.Count}");
        }

        if (step.Ranges.Count > 0 && asked.Round + 1 < SetReconciliation.MaxRounds)
        {
            var request = new ReconcileRequest { Slot = asked.Slot.Value };
            request.Ranges.AddRange(step.Ranges);
            Ask(now, AskedFor.Reconciliation, asked.To, new BrokerRequest { Reconcile = request }, asked.Slot, round: asked.Round + 1);
        }
        else if (step.ILack.Count == 0)
        {
            IsCatchingUp = false;
        }

        ReconsiderProposals(now);
    }

    private bool Fetch(Instant now, ParticipantId from, Slot slot, RecordId about, IEnumerable<RecordId> ids)
    {
        var request = new FetchRequest();
        request.Ids.AddRange(ids.Distinct().Take(MaxBatch).Select(ToBytes));
        return Ask(now, AskedFor.Records, from, new BrokerRequest { Fetch = request }, slot, about) != 0;
    }

    /// <summary>Records of the replica by id; a proposal by its own id or its result's, with my vote for it.</summary>
    private BrokerResponse OnFetch(FetchRequest request)
    {
        if (request.Ids.Count > MaxBatch) return Decline($"A fetch has at most {MaxBatch} ids.");
        return new BrokerResponse { Records = ToBatch(request.Ids.SelectMany(FindFetched)) };
    }

    private IEnumerable<Record?> FindFetched(ByteString bytes)
    {
        if (!RecordId.TryFromBytes(bytes.Span, out var id)) yield break;
        if (_replica.Find(id) is { } record)
        {
            yield return record;
            yield break;
        }

        foreach (var state in _slots.Values)
        {
            if ((state.Proposals.GetValueOrDefault(id) ?? state.ProposalOf(id)) is not { } proposal) continue;
            yield return proposal.Record;
            if (state.MyVoteIsDurable && state.MyResult == proposal.Result.Id) yield return state.MyVote;
        }
    }

    private void OnFetched(Instant now, Asked asked, BrokerResponse? answer)
    {
        var about = _slots.GetValueOrDefault(asked.Slot)?.Proposals.GetValueOrDefault(asked.About);
        if (about is not null) about.IsFetching = false;
        if (answer?.Records is { } batch && batch.Records.Count <= 2 * MaxBatch)
        {
            foreach (var record in batch.Records)
            {
                if (record.Kind == RecordKind.Proposal) OnProposal(now, asked.To, record);
                else if (record.Kind == RecordKind.Vote) OnVote(now, asked.To, record);
                else Ingest(now, asked.To, record, RecordSource.FellowBroker);
            }
        }

        foreach (var state in _slots.Values.Where(state => state.Certified is null).ToArray())
        {
            foreach (var result in state.Votes.Values.Select(vote => vote.Result).Distinct().ToArray()) CertifyWhenQuorum(state, result);
        }

        ReconsiderProposals(now);
    }

    private Record? FindWanted(ByteString bytes) => RecordId.TryFromBytes(bytes.Span, out var id) ? _replica.Find(id) : null;

    private static RecordBatch ToBatch(IEnumerable<Record?> records)
    {
        var batch = new RecordBatch();
        batch.Records.AddRange(records.OfType<Record>().Take(MaxBatch));
        return batch;
    }

    private static ByteString ToBytes(RecordId id) => ByteString.CopyFrom(id.Value.ToArray());
}
