using Google.Protobuf;
using HyphaMarket.Brokerage.Records;
using HyphaMarket.Market.Ids;
using HyphaMarket.Market.Offers;
using HyphaMarket.Market.Slots;
using HyphaMarket.Wire;
using HyphaMarket.Wire.Messages;

namespace HyphaMarket.Brokerage.Settlement;

public sealed partial class SchedulerSettlement
{
    /// <summary>A broker tells of a fill. It is checked like anything from a stranger; several brokers tell of the same one.</summary>
    /// <returns>Null when the fill is claimed or was known; else the code of why not, which is also raised where it concerns an own bid.</returns>
    public string? OnFill(Instant now, FillNotice notice)
    {
        ArgumentNullException.ThrowIfNull(notice);
        now = _runtime.Clock.Advance(now);
        OnTimer(now);
        if (_runtime.Outbox.IsFull) return PurchaseDeclineCodes.Busy;

        var verdict = _runtime.Fills.Verify(notice.Certificate);
        if (verdict.UnknownConfig is { } config)
        {
            _runtime.Outbox.Emit(new SettlementEffect.Raise(new SettlementEvent.ConfigWanted(config, notice.Config, null)));
            return PurchaseDeclineCodes.UnknownConfig;
        }

        if (verdict.Fill is null || !SpotMatch.TryRead(verdict.Fill, out var match)) return PurchaseDeclineCodes.BadCertificate;
        if (match.Bid.Owner != _runtime.Keys.Me) return PurchaseDeclineCodes.NotMine;
        if (_purchases.Contains(match.Id) || _leases.FindByMatch(match.Id, Leases.LeaseRole.Buyer) is not null) return null;
        var known = _runtime.Offers.Find(match.Bid.Offer);
        if (known is null)
        {
            foreach (var record in notice.Offers.Take(2)) _runtime.Offers.SuspectLoss(now, _runtime, record);
        }

        if (_runtime.Recovery.IsOn(now)) return Decline(match, PurchaseDeclineCodes.Recovering, "This node lost part of its journal, and buys nothing until what it may have forgotten has ended.");
        if (known is not { } own) return PurchaseDeclineCodes.NotMine;

        if (!TryReadAsk(notice, match, out var bidRecord, out var ask))
        {
            return Decline(match, PurchaseDeclineCodes.OffersMissing, "The notice lacks the signed offers of the fill.");
        }

        if (match.FaultWith(own.Offer, ask) is { } fault)
        {
            _runtime.Outbox.Emit(new SettlementEffect.Raise(new SettlementEvent.CertificateRejected(match.Id, own.Offer.Id, fault)));
            return PurchaseDeclineCodes.BadCertificate;
        }

        var deadline = _runtime.Delivery.ActivationDeadline(match.Fill.Market, match.Fill.Slot);
        if (now.PlusMs(_runtime.Options.ClockToleranceMs) < _runtime.Delivery.MatchedFrom(match.Fill.Market, match.Fill.Slot))
        {
            return Decline(match, PurchaseDeclineCodes.BadCertificate, "The match slot has not begun.");
        }

        // "Owners ignore a certificate first seen after" the deadline.
        if (now >= deadline) return Decline(match, PurchaseDeclineCodes.TooLate, "The activation deadline is over.");
        if (own.Cancel is not null) return Decline(match, PurchaseDeclineCodes.Cancelled, "The bid was cancelled.");
        if (_purchases.Count >= _runtime.Options.MaxPurchases || !_leases.HasRoom) return Decline(match, PurchaseDeclineCodes.Busy, "Too many matches or leases are remembered.");
        if (TakenOf(own.Offer.Id) + (long)match.Fill.Quantity > own.Offer.Quantity) return Decline(match, PurchaseDeclineCodes.Overfilled, "Other matches have used the bid's quantity.");
        if (TakerOfGroup(own.Offer) is { } taker)
        {
            ShowTaker(now, match, own.Offer, ask, deadline, bidRecord, taker);
            return Decline(match, PurchaseDeclineCodes.Group, "Another offer of the group has filled.");
        }

        if (own.Offer.Distinct && _purchases.Of(own.Offer.Id).Any(other => other.TakesQuantity && other.Match.Seller == ask.Owner))
        {
            return Decline(match, PurchaseDeclineCodes.Overfilled, "The bid wants every unit from another seller.");
        }

        var cost = SpotMatch.CostOf(match.Bid.Price.Value, match.Fill.Quantity, own.Offer.LeaseTermMinutes);
        var left = LeftIn(match.Fill.Market);
        if (cost > left) return Decline(match, PurchaseDeclineCodes.Budget, $"The lease would cost {cost} micro-credits; {left} are left.");

        Claim(now, match, own.Offer, ask, deadline, new SettleClaim { Certificate = notice.Certificate, Bid = bidRecord, Ask = notice.Offers[1], Config = notice.Config });
        return null;
    }

    private void Claim(Instant now, SpotMatch match, Offer bid, Offer ask, Instant deadline, SettleClaim claim)
    {
        var purchase = Remember(match, bid, ask, deadline, claim, null);
        _runtime.Outbox.Emit(new SettlementEffect.Raise(new SettlementEvent.PurchaseClaimed(match.Id, bid.Id, match.Fill.Quantity, ask.Owner)));
        Ask(now, purchase);
    }

    /// <summary>
    /// Tells the seller, which holds its units for this match, that they are free, and shows why: so it is no strike. After a restart the earlier
    /// certificate is not here any more; then the match lapses.
    /// </summary>
    private void ShowTaker(Instant now, SpotMatch match, Offer bid, Offer ask, Instant deadline, Record bidRecord, Purchase taker)
    {
        if (taker.Claim is not { } claim || taker.Match.Slot > match.Fill.Slot) return;
        var decline = new SettleDecline
        {
            Match = ByteString.CopyFrom(match.Id.ToArray()), Bid = bidRecord, Earlier = claim.Certificate, EarlierBid = claim.Bid, Config = claim.Config,
        };
        Ask(now, Remember(match, bid, ask, deadline, null, decline));
    }

    /// <summary>A match that is claimed, or declined.</summary>
    private Purchase Remember(SpotMatch match, Offer bid, Offer ask, Instant deadline, SettleClaim? claim, SettleDecline? decline)
    {
        if (!MatchSummary.TryRead(match.TermsOf(bid, ask), out var summary)) throw new InvalidOperationException("Terms of parsed offers parse.");
        var latest = _runtime.Delivery.SpanOf(match.Fill.Market, match.Fill.Slot, deadline, bid.LeaseTermMinutes, ask.LeaseTermMinutes);
        var abandonAt = latest.End.PlusMs(_runtime.Options.ClockToleranceMs);
        var purchase = new Purchase(summary, bid.LeaseTermMinutes, ask.LeaseTermMinutes, deadline, abandonAt, abandonAt.PlusMs(_runtime.Options.RetentionMs))
        {
            State = claim is null ? PurchaseState.Declining : PurchaseState.Claiming,
            TakesQuantity = claim is not null,
            Group = bid.Group,
            SellerAddresses = ask.Addresses,
            Claim = claim,
            Decline = decline,
        };
        _purchases.Add(match.Id, purchase);
        return purchase;
    }

    /// <summary>The match of another bid of the same group.</summary>
    private Purchase? TakerOfGroup(Offer bid) => bid.Group.IsEmpty
        ? null
        : _purchases.Values.FirstOrDefault(other => other.TakesQuantity && other.Match.Bid != bid.Id && other.Group.Span.SequenceEqual(bid.Group.Span));

    private bool TryReadAsk(FillNotice notice, SpotMatch match, out Record bidRecord, out Offer ask)
    {
        (bidRecord, ask) = (null!, null!);
        if (notice.Offers.Count != 2 || notice.Offers.Any(record => record.Kind != RecordKind.Offer)) return false;
        bidRecord = notice.Offers[0];
        if (SignedRecords.IdOf(bidRecord).Value != match.Bid.Offer.Value) return false;
        if (!OfferRecords.TryParse(notice.Offers[1].Body, out var parsed) || parsed.Id != match.Ask.Offer) return false;

        // The addresses to dial are in the seller's offer: only the seller may say where it is.
        if (!SignedRecords.VerifySignature(_runtime.Keys.Network, notice.Offers[1], parsed.Owner, _runtime.Keys.Verifier)) return false;
        ask = parsed;
        return true;
    }

    private string Decline(SpotMatch match, string code, string detail)
    {
        _runtime.Outbox.Emit(new SettlementEffect.Raise(new SettlementEvent.PurchaseDeclined(match.Id, match.Bid.Offer, match.Fill.Quantity, code, detail)));
        return code;
    }
}
