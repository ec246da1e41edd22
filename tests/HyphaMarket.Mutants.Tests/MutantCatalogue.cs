namespace HyphaMarket.Mutants.Tests;

/// <summary>The broken variants: each takes away one thing that the protocol rests on.</summary>
internal static class MutantCatalogue
{
    private const string Brokers = "HyphaMarket.Brokerage/Brokers/";
    private const string Admission = "HyphaMarket.Brokerage/Admission/";
    private const string Settlement = "HyphaMarket.Brokerage/Settlement/";

    public static IReadOnlyList<Mutant> All { get; } =
    [
        // Agreement.
        new("quorum minus one", "HyphaMarket.Brokerage/Epochs/Quorum.cs", "Votes => Brokers - Faulty;", "Votes => Brokers - Faulty - 1;", MutantScene.TwoStories),
        new(
            "vote before durable",
            Brokers + "MarketBroker.Voting.cs",
            "        _appending.Add(++_lastNumber, state.Slot);\n",
            "        _appending.Add(++_lastNumber, state.Slot);\n        ShowVote(_rules.Schedule.CutoffOf(state.Slot), state);\n"),
        new("forgotten journal", Brokers + "MarketBroker.cs", "RestoreVotes(entries.Where(entry => entry.Kind == JournalKind.Vote));", "RestoreVotes(entries.Where(entry => entry.Kind == JournalKind.None));"),
        new("no hold", Brokers + "MarketBroker.Proposing.cs", "        foreach (var hold in mine) free -= hold.UnitsOf(kept.Offer.Id);\n", ""),
        new("short hold", Brokers + "MarketBroker.Proposing.cs", "state.Slot != slot && slot <= _rules.Schedule.LastActivationSlotOf(state.Slot)", "state.Slot != slot && slot < state.Slot"),
        new("free quantity unchecked", Brokers + "MarketBroker.Rules.cs", "if (input.FreeQuantity > free) return", "if (input.FreeQuantity > offer.Quantity) return", MutantScene.FalseProposals),
        new("result root unchecked", Brokers + "MarketBroker.Rules.cs", "if (computed?.Root == proposal.Result.ResultRoot && computed.Fills.Count == proposal.Result.Body.Fills && computed.SurplusMicros == proposal.Result.Body.SurplusMicros)", "if (computed is not null)", MutantScene.FalseProposals),
        new("early offers not enforced", Brokers + "MarketBroker.Rules.cs", "            ?? WhyIncomplete(slot, proposal, excused, sequences)\n", "", MutantScene.FalseProposals),
        new("no cancel check", Brokers + "MarketBroker.Rules.cs", "if (kept.Cancel is { } cancel && cancel.Arrived <= early) return", "if (kept.Cancel is { } cancel && cancel.Arrived < default(Instant)) return"),
        new("duplicate voter counted twice", "HyphaMarket.Brokerage/Epochs/MemberQuorum.cs", "(long)signature.Member <= previous || signature.Member", "signature.Member", MutantScene.PaddedCertificates),
        new("evidence believed without verification", Brokers + "MarketBroker.Evidence.cs", "        if (!evidence.Verify(_rules.Network, _verifier)) return AdmissionVerdict.Wrong(OfferRefusal.BadSignature, \"A signature in the evidence is wrong.\");\n", "", MutantScene.BadOffers),
        new("offers believed without verification", Admission + "VerifiedRecord.cs", "if (!admission.IsSigned(read.Record, read.Offer.Owner)) return BadSignature(read);", "if (read.Record.Body.IsEmpty) return BadSignature(read);", MutantScene.ForgedRecords),
        new("replay window off", Brokers + "MarketBroker.Intake.cs", "        if (_admission.CheckWindow(offer, source, CurrentSlot) is { } outside) return outside;\n", "", MutantScene.BadOffers),
        new("slots go back", "HyphaMarket.Market/Slots/MonotonicSlot.cs", "if (Current is not { } current || candidate > current) Current = candidate;", "Current = candidate;", MutantScene.WrongClocks),
        new("unsorted iteration", Brokers + "ComputedFills.cs", "var all = (matcher ?? new SlotMatcher()).Clear(rule, input);", "var all = rule.Clear(input).OrderBy(_ => System.Runtime.CompilerServices.RuntimeHelpers.GetHashCode(new object())).ToList();"),
        new("ties broken by id", "HyphaMarket.Market/Matching/RankedSide.cs", "HashBatch.OfPairs(_root, ids, _tieHashes);", "ids.CopyTo(_tieHashes);", MutantScene.BadOffers),
        new("prices of the bid", "HyphaMarket.Market/Matching/ClearingPlan.cs", "var mean = MicroCredits.FloorMean(bid, ask);", "var mean = bid;"),

        new(
            "drain off",
            Brokers + "BrokerSets.cs",
            """
                    if (_end is { } end && slot >= end) return false;
                    return _before is { } before && slot < Begin
                        ? before.From <= slot && slot < new Slot(Current.FirstSlot.Value - _drain)
                        : _from <= slot;
            """,
            "        return _before is { } before && slot < Begin ? before.From <= slot : _from <= slot;",
            MutantScene.SplitHandovers),

        // Settlement.
        new("no owner ledger", Settlement + "WorkerSettlement.Claim.cs", "        if (own.Cancel is { } cancel) return (ReleaseReason.Cancelled, cancel);\n", "        if (own.Cancel is { } cancel) return (ReleaseReason.Cancelled, cancel);\n        if (plan is not null) return null;\n"),
        new("capacity unchecked", Settlement + "WorkerSettlement.Claim.cs", "if (!_capacity.Fits(commitments,", "if (commitments.Count < 0 && !_capacity.Fits(commitments,"),
        new("cancelled asks accepted", Settlement + "WorkerSettlement.Claim.cs", "        if (own.Cancel is { } cancel) return (ReleaseReason.Cancelled, cancel);\n", "", MutantScene.ForgedCertificates),
        new("accept after the deadline", Settlement + "WorkerSettlement.Claim.cs", "        if (now >= deadline)\n", "        if (now >= deadline.PlusMs(60_000))\n"),
        new("accept before durable", Settlement + "WorkerSettlement.Claim.cs", "        var sale = Apply(entry);\n        sale.Entry = _runtime.Outbox.Append(\n            new JournalEntry(JournalKind.SaleReserved,", "        var sale = Apply(entry);\n        _runtime.Outbox.Emit(Publication(sale, accepted));\n        sale.Entry = _runtime.Outbox.Append(\n            new JournalEntry(JournalKind.SaleReserved,"),
        new("lease not journaled before the answer", Settlement + "WorkerSettlement.Activate.cs", "        var lease = Apply(entry, now);\n", "        var lease = Apply(entry, now);\n        _runtime.Outbox.Emit(new SettlementEffect.Respond(requestId, sale.Answer));\n"),
        new("a lease for every activation", Settlement + "WorkerSettlement.Activate.cs", "else if (sale.State != SaleState.Reserved) _runtime", "else if (sale.State == SaleState.Released) _runtime"),
        new("limits of a claim unchecked", Settlement + "SpotMatch.cs", "        if (Bid.Price > bid.LimitPrice) return \"The price is above the bid's limit.\";\n", "", MutantScene.ForgedCertificates),
        new("expired offers traded", Settlement + "SpotMatch.cs", "        if (!IsOpenIn(bid, Fill.Slot) || !IsOpenIn(ask, Fill.Slot)) return \"The match slot is outside an offer's slots.\";\n", "", MutantScene.ForgedCertificates),
        new("budget unchecked", Settlement + "SchedulerSettlement.Fill.cs", "if (cost > left) return", "if (cost > long.MaxValue) return"),
        new("sequence reused after a restart", "HyphaMarket.Brokerage/Traders/TraderOrders.Journal.cs", "        _lastSequence = Math.Max(_lastSequence, offer.Sequence);\n", ""),
        new("receipt not journaled before the answer", "HyphaMarket.Brokerage/Leases/LeaseBook.Receipt.cs", "        var posting = ApplyReceipt(lease, receipt);\n", "        var posting = ApplyReceipt(lease, receipt);\n        foreach (var effect in first) _runtime.Outbox.Emit(effect);\n"),
    ];
}
