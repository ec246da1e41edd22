using Google.Protobuf;
using HyphaMarket.Brokerage.Journal;
using HyphaMarket.Brokerage.Records;
using HyphaMarket.Market.Ids;
using HyphaMarket.Wire;
using HyphaMarket.Wire.Messages;

namespace HyphaMarket.Simulation.Checking;

/// <summary>"What was acknowledged (vote, accept, activate, lease, release, receipt, owner sequence) survives a crash": it is on the disk before it is said.</summary>
public sealed class WordsAreKept : Invariant
{
    private readonly HashSet<(ParticipantId Node, RecordId Record, bool IsWhole)> _said = [];

    public override string Name => "what an honest node signs away is on its disk before it is said";

    public override void OnSaid(IObservedNode node, Record record)
    {
        // A journal that was damaged since need not hold what is repeated.
        // Brokers pass offers on by the thousand; only the owner's word is judged.
        if (record.Kind == RecordKind.Offer && (!OfferRecords.TryParse(record, out var offer) || offer.Owner != node.Id)) return;
        if (!node.IsHonest || OneAnswerPerMatch.IsOfAnother(node, record)) return;
        var (kind, key) = EntryOf(node.Id, record);
        if (key is not { } at || !_said.Add((node.Id, SignedRecords.IdOf(record), record.Both is { Buyer.IsEmpty: false, Seller.IsEmpty: false }))) return;
        if (node.Durable(kind, at) is null) Violated($"{node.Name} says {record.Kind}, and its journal has no {kind} of it");
    }

    private static (JournalKind Kind, Hash256? Key) EntryOf(ParticipantId me, Record record)
    {
        switch (record.Kind)
        {
            case RecordKind.Offer:
                return (JournalKind.Order, SignedRecords.IdOf(record).Value);
            case RecordKind.Cancel:
                return (JournalKind.OrderCancelled, OfferOf(CancelBody.Parser.ParseFrom(record.Body).Offer));
            case RecordKind.Accepted:
                return (JournalKind.SaleReserved, Mine(AcceptedBody.Parser.ParseFrom(record.Body).Terms));
            case RecordKind.Settled:
                return (JournalKind.SaleSettled, Mine(SettledBody.Parser.ParseFrom(record.Body).Terms));
            case RecordKind.Released:
                return (JournalKind.SaleReleased, Mine(ReleasedBody.Parser.ParseFrom(record.Body).Terms));
            case RecordKind.Activated:
                return (JournalKind.PurchaseActivated, new Hash256(ActivatedBody.Parser.ParseFrom(record.Body).Terms.Match.Span));
            case RecordKind.Usage when record.Both is { Buyer.IsEmpty: false, Seller.IsEmpty: false }:
                return (JournalKind.LeaseUsage, new Hash256(UsageBody.Parser.ParseFrom(record.Body).Lease.Span));
            case RecordKind.Renewal when record.Both is { Buyer.IsEmpty: false, Seller.IsEmpty: false }:
                return (JournalKind.LeaseRenewed, new Hash256(RenewalBody.Parser.ParseFrom(record.Body).Lease.Span));
            default:
                return (JournalKind.None, null);
        }

        // Brokers pass on what others signed.
        Hash256? OfferOf(ByteString body) => OfferRecords.TryParse(body, out var offer) && offer.Owner == me ? offer.Id.Value : null;

        Hash256? Mine(MatchTerms terms) => terms.Seller.Span.SequenceEqual(me.Span) ? new Hash256(terms.Match.Span) : null;
    }
}
