using Google.Protobuf;
using HyphaMarket.Brokerage.Journal;
using HyphaMarket.Brokerage.Records;
using HyphaMarket.Market.Ids;
using HyphaMarket.Market.Offers;
using HyphaMarket.Market.Slots;
using HyphaMarket.Wire;
using HyphaMarket.Wire.Messages;

namespace HyphaMarket.Brokerage.Settlement;

public sealed partial class WorkerSettlement
{
    /// <summary>The number of a request that nobody made: its answer is nobody's.</summary>
    public const long UnaskedRequest = 0;

    /// <summary>A buyer shows a certificate. Answered by Accepted, by what is already known of the match, by a release, or by an unsigned refusal.</summary>
    /// <param name="from">The authenticated other end of the stream.</param>
    /// <param name="requestId">Comes back with the answer, which may have to wait for the disk.</param>
    public void OnClaim(Instant now, ParticipantId from, SettleClaim claim, long requestId)
    {
        ArgumentNullException.ThrowIfNull(claim);
        now = _runtime.Clock.Advance(now);
        OnTimer(now);
        if (_runtime.Outbox.IsFull)
        {
            Refuse(requestId, SettleRefusalCodes.Busy, "The journal is behind. Ask again.");
            return;
        }

        var verdict = _runtime.Fills.Verify(claim.Certificate);
        if (verdict.UnknownConfig is { } config)
        {
            _runtime.Outbox.Emit(new SettlementEffect.Raise(new SettlementEvent.ConfigWanted(config, claim.Config, from)));
            Refuse(requestId, SettleRefusalCodes.Busy, verdict.Failure!);
            return;
        }

        if (verdict.Fill is null || !SpotMatch.TryRead(verdict.Fill, out var match))
        {
            Refuse(requestId, SettleRefusalCodes.BadCertificate, verdict.Failure ?? "The fill is not one bid and one ask.");
            return;
        }

        if (match.Ask.Owner != _runtime.Keys.Me || match.Bid.Owner != from)
        {
            Refuse(requestId, SettleRefusalCodes.NotAParty, "The certificate's seller is not this node, or its buyer is not you.");
            return;
        }

        if (_sales.TryFind(match.Id, out var known)) _runtime.Outbox.EmitAfter(known.Entry, new SettlementEffect.Respond(requestId, known.Answer));
        else if (_leases.FindByMatch(match.Id, Leases.LeaseRole.Seller) is { } lease) RespondLease(lease, requestId);
        else OnNewClaim(now, match, claim, requestId);
    }

    /// <summary>A broker tells of a fill of an own ask: it is reserved at once, as if its buyer had claimed it.</summary>
    /// <remarks>
    /// The protocol drops an ask that was not accepted by the deadline. If acceptance waited for the buyer, a silent buyer could burn any ask it
    /// matched and keep its own bid; so the seller accepts by itself, and the silence costs the one who is silent.
    /// </remarks>
    public void OnFill(Instant now, FillNotice notice)
    {
        ArgumentNullException.ThrowIfNull(notice);
        if (_runtime.Fills.Verify(notice.Certificate).Fill is not { } fill || !SpotMatch.TryRead(fill, out var match)) return;
        if (match.Ask.Owner != _runtime.Keys.Me || _sales.Contains(match.Id)) return;
        var bid = notice.Offers.FirstOrDefault(offer => SignedRecords.IdOf(RecordKind.Offer, offer.Body.Span).Value == match.Bid.Offer.Value);
        var ask = notice.Offers.FirstOrDefault(offer => SignedRecords.IdOf(RecordKind.Offer, offer.Body.Span).Value == match.Ask.Offer.Value);
        OnClaim(now, match.Bid.Owner, new SettleClaim { Certificate = notice.Certificate, Bid = bid, Ask = ask, Config = notice.Config }, UnaskedRequest);
    }

    private void OnNewClaim(Instant now, SpotMatch match, SettleClaim claim, long requestId)
    {
        // The bid's hash is its id, which the votes cover, and its owner is at the other end of this stream: that is proof enough of who offered what.
        if (claim.Bid is not { Kind: RecordKind.Offer } || !OfferRecords.TryParse(claim.Bid.Body, out var bid) || bid.Id != match.Bid.Offer)
        {
            Refuse(requestId, SettleRefusalCodes.Malformed, "The bid shown is not the certificate's.");
            return;
        }

        var offer = _runtime.Offers.Find(match.Ask.Offer);
        if (offer is null) _runtime.Offers.SuspectLoss(now, _runtime, claim.Ask);
        if (RefuseWhileRecovering(now, requestId)) return;
        if (offer is not { } own)
        {
            Refuse(requestId, SettleRefusalCodes.UnknownOffer, "This node has no such offer.");
            return;
        }

        if (now.PlusMs(_runtime.Options.ClockToleranceMs) < _runtime.Delivery.MatchedFrom(match.Fill.Market, match.Fill.Slot))
        {
            // One of two clocks is wrong, and it may be mine: nobody is accused of it.
            Refuse(requestId, SettleRefusalCodes.Busy, "By my clock the match slot has not begun. Ask again.");
            return;
        }

        if (match.FaultWith(bid, own.Offer) is { } fault)
        {
            _runtime.Outbox.Emit(new SettlementEffect.Raise(new SettlementEvent.CertificateRejected(match.Id, own.Offer.Id, fault)));
            Refuse(requestId, SettleRefusalCodes.BadCertificate, fault);
            return;
        }

        var deadline = _runtime.Delivery.ActivationDeadline(match.Fill.Market, match.Fill.Slot);
        if (now >= deadline)
        {
            Refuse(requestId, SettleRefusalCodes.TooLate, "The activation deadline is over.");
            return;
        }

        if (_sales.Count >= _runtime.Options.MaxSales || !_leases.HasRoom)
        {
            Refuse(requestId, SettleRefusalCodes.Busy, "Too many matches or leases are remembered. Ask again.");
            return;
        }

        var latest = _runtime.Delivery.SpanOf(match.Fill.Market, match.Fill.Slot, deadline, bid.LeaseTermMinutes, own.Offer.LeaseTermMinutes);
        var plan = new SalePlan(match.TermsOf(bid, own.Offer), bid, own.Offer, deadline, latest.End, latest.LongestEnd.PlusMs(_runtime.Options.RetentionMs));
        if (ObstacleTo(now, plan, own) is { } obstacle) Release(now, plan, obstacle.Reason, obstacle.Earlier, requestId);
        else Reserve(now, plan, requestId);
    }

    /// <summary>Why the units cannot be had, in the order in which it is nobody's fault.</summary>
    private (ReleaseReason Reason, RecordId? Earlier)? ObstacleTo(Instant now, SalePlan plan, OwnOffer own)
    {
        if (own.Cancel is { } cancel) return (ReleaseReason.Cancelled, cancel);

        if (!own.Offer.Group.IsEmpty && _sales.Values.FirstOrDefault(sale => sale.TakesQuantity && sale.Match.Ask != own.Offer.Id && sale.Group.Span.SequenceEqual(own.Offer.Group.Span)) is { } member)
        {
            return (ReleaseReason.Group, member.Standing);
        }

        var sameAsk = _sales.Of(own.Offer.Id).Where(sale => sale.TakesQuantity).ToArray();
        if (own.Offer.Distinct && sameAsk.FirstOrDefault(sale => sale.Match.Buyer == plan.Bid.Owner) is { } twin) return (ReleaseReason.Conflict, twin.Standing);
        if (sameAsk.Sum(sale => (long)sale.Match.Quantity) + plan.Terms.Quantity > own.Offer.Quantity) return (ReleaseReason.Conflict, sameAsk.FirstOrDefault()?.Standing);

        var commitments = Commitments(now);
        var from = _runtime.Delivery.SpanOf(own.Offer.Market, new Slot(plan.Terms.Slot), now, plan.Bid.LeaseTermMinutes, own.Offer.LeaseTermMinutes).Start;
        if (!_capacity.Fits(commitments, new CapacityUse(own.Offer.Market, (int)plan.Terms.Quantity, from, plan.Until, default)))
        {
            // A reservation or lease of the same market is the likeliest to be in the way; any other use of the machine will do.
            var earlier = commitments.OrderByDescending(use => use.Market == own.Offer.Market).ThenBy(use => use.Source).FirstOrDefault();
            return (ReleaseReason.Conflict, commitments.Count == 0 ? null : earlier.Source);
        }

        var strikes = _runtime.Strikes.MilliOf(now, plan.Bid.Owner);
        return strikes >= _runtime.Options.DistrustStrikes * 1000L ? (ReleaseReason.Distrust, null) : null;
    }

    private void Reserve(Instant now, SalePlan plan, long requestId)
    {
        var accepted = SignedRecords.Sign(_runtime.Keys.Network, RecordKind.Accepted, new AcceptedBody { Terms = plan.Terms, UnixMs = now.UnixMs }, _runtime.Keys.Signer);
        var entry = new SaleReservedEntry
        {
            Accepted = accepted,
            TermMinutes = (uint)plan.Bid.LeaseTermMinutes,
            LongestTermMinutes = (uint)plan.Ask.LeaseTermMinutes,
            DeadlineUnixMs = plan.Deadline.UnixMs,
            UntilUnixMs = plan.Until.UnixMs,
            ForgetUnixMs = plan.ForgetAt.UnixMs,
            Group = ByteString.CopyFrom(plan.Ask.Group.Span),
        };
        entry.BuyerAddresses.AddRange(plan.Bid.Addresses.Select(address => ByteString.CopyFrom(address.Span)));

        var sale = Apply(entry);
        sale.Entry = _runtime.Outbox.Append(
            new JournalEntry(JournalKind.SaleReserved, sale.Match.Match, entry.ToByteArray()),
            new SettlementEffect.Respond(requestId, sale.Answer),
            Publication(sale, accepted),
            new SettlementEffect.Raise(new SettlementEvent.SaleReserved(sale.Match.Match, sale.Match.Ask, sale.Match.Quantity, sale.Match.Buyer, sale.Deadline)));
    }

    private void Release(Instant now, SalePlan plan, ReleaseReason reason, RecordId? earlier, long requestId)
    {
        var body = new ReleasedBody { Terms = plan.Terms, Reason = reason, UnixMs = now.UnixMs };
        if (earlier is { } id) body.Earlier = ByteString.CopyFrom(id.Value.ToArray());
        var released = SignedRecords.Sign(_runtime.Keys.Network, RecordKind.Released, body, _runtime.Keys.Signer);
        var entry = new SaleReleasedEntry { Released = released, ForgetUnixMs = plan.ForgetAt.UnixMs };

        var sale = Apply(entry);
        sale.Entry = _runtime.Outbox.Append(
            new JournalEntry(JournalKind.SaleReleased, sale.Match.Match, entry.ToByteArray()),
            new SettlementEffect.Respond(requestId, sale.Answer),
            Publication(sale, released),
            new SettlementEffect.Raise(new SettlementEvent.SaleReleased(sale.Match.Match, sale.Match.Ask, sale.Match.Quantity, sale.Match.Buyer, reason)));
    }

    /// <param name="Until">When a lease activated at the last moment ends.</param>
    private sealed record SalePlan(MatchTerms Terms, Offer Bid, Offer Ask, Instant Deadline, Instant Until, Instant ForgetAt);
}
