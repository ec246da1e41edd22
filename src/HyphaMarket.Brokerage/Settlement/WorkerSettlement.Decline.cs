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
    /// <summary>A buyer does not take up a match, because another bid of the same group has filled. Answered by a release, which is final as any.</summary>
    /// <remarks>
    /// "Release{group, earlier certificate} ... [is] no strike." The release is not given to the brokers: for them a release takes the seller's units, and what
    /// was accepted and not settled drops the bid's at the deadline, as it should.
    /// </remarks>
    public void OnDecline(Instant now, ParticipantId from, SettleDecline decline, long requestId)
    {
        ArgumentNullException.ThrowIfNull(decline);
        now = _runtime.Clock.Advance(now);
        OnTimer(now);
        if (_runtime.Outbox.IsFull) Refuse(requestId, SettleRefusalCodes.Busy, "The journal is behind. Ask again.");
        else if (!Hash256.TryFromBytes(decline.Match.Span, out var match) || !_sales.TryFind(match, out var sale)) Refuse(requestId, SettleRefusalCodes.UnknownMatch, "This node remembers no such match.");
        else if (sale.Match.Buyer != from) Refuse(requestId, SettleRefusalCodes.NotAParty, "You are not the buyer of this match.");
        else if (sale.State != SaleState.Reserved) _runtime.Outbox.EmitAfter(sale.Entry, new SettlementEffect.Respond(requestId, sale.Answer));
        else OnDecline(now, sale, from, decline, requestId);
    }

    private void OnDecline(Instant now, Sale sale, ParticipantId from, SettleDecline decline, long requestId)
    {
        var verdict = _runtime.Fills.Verify(decline.Earlier);
        if (verdict.UnknownConfig is { } config)
        {
            _runtime.Outbox.Emit(new SettlementEffect.Raise(new SettlementEvent.ConfigWanted(config, decline.Config, from)));
            Refuse(requestId, SettleRefusalCodes.Busy, verdict.Failure!);
            return;
        }

        if (verdict.Fill is null || !SpotMatch.TryRead(verdict.Fill, out var earlier))
        {
            Refuse(requestId, SettleRefusalCodes.BadCertificate, verdict.Failure ?? "The fill is not one bid and one ask.");
            return;
        }

        // The ids are hashes of the bids, and the votes and this node's own accept cover the ids: so nobody can show another group.
        var sameGroup = TryReadBid(decline.Bid, sale.Match.Bid, out var bid) && TryReadBid(decline.EarlierBid, earlier.Bid.Offer, out var filled)
            && !bid.Group.IsEmpty && bid.Group.Span.SequenceEqual(filled.Group.Span);
        if (!sameGroup || earlier.Bid.Owner != from || earlier.Bid.Offer == sale.Match.Bid || earlier.Fill.Slot > sale.Match.Slot)
        {
            Refuse(requestId, SettleRefusalCodes.WrongTerms, "This is no match of another bid of the same group, of this slot or one before.");
            return;
        }

        var body = new ReleasedBody { Terms = sale.Match.Terms, Reason = ReleaseReason.Group, Earlier = ByteString.CopyFrom(earlier.Bid.Offer.ToArray()), UnixMs = now.UnixMs };
        var entry = new SaleReleasedEntry { Released = SignedRecords.Sign(_runtime.Keys.Network, RecordKind.Released, body, _runtime.Keys.Signer), ForgetUnixMs = sale.ForgetAt.UnixMs };
        Apply(entry);
        sale.Entry = _runtime.Outbox.Append(
            new JournalEntry(JournalKind.SaleReleased, sale.Match.Match, entry.ToByteArray()),
            new SettlementEffect.Respond(requestId, sale.Answer),
            new SettlementEffect.Raise(new SettlementEvent.SaleLapsed(sale.Match.Match, sale.Match.Ask, sale.Match.Quantity, sale.Match.Buyer, Declined: true)));
    }

    private static bool TryReadBid(Record? record, OfferId id, out Offer bid)
    {
        bid = null!;
        if (record is not { Kind: RecordKind.Offer } || !OfferRecords.TryParse(record.Body, out var parsed) || parsed.Id != id) return false;
        bid = parsed;
        return true;
    }
}
