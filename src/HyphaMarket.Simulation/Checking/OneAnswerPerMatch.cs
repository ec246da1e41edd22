using HyphaMarket.Brokerage.Brokers;
using HyphaMarket.Market.Ids;
using HyphaMarket.Market.Slots;
using HyphaMarket.Wire;
using HyphaMarket.Wire.Messages;

namespace HyphaMarket.Simulation.Checking;

/// <summary>"The same match id gives the same answer": an honest seller accepts a match once, in time, of an ask that stands, and then leases or releases it, never both.</summary>
public sealed class OneAnswerPerMatch : Invariant
{
    /// <summary>Milliseconds between a reservation and the accept that leaves, at the longest: a slow disk.</summary>
    private const long Writing = 2_000;

    private readonly Dictionary<(ParticipantId Seller, Hash256 Match, RecordKind Kind), RecordId> _answers = [];
    private readonly Dictionary<Hash256, Instant> _cancelled = [];

    public override string Name => "an honest seller gives one answer to a match, in time";

    public override void OnSaid(IObservedNode node, Record record)
    {
        if (!node.IsHonest || IsOfAnother(node, record)) return;
        switch (record.Kind)
        {
            case RecordKind.Cancel:
                _cancelled.TryAdd(SignedRecords.IdOf(RecordKind.Offer, CancelBody.Parser.ParseFrom(record.Body).Offer.Span).Value, Market.Now);
                break;
            case RecordKind.Accepted:
                var accepted = AcceptedBody.Parser.ParseFrom(record.Body);
                if (!Answer(node, accepted.Terms, record)) break;
                if (new Instant(accepted.UnixMs) >= Market.Rules.Schedule.DeadlineOf(new Slot(accepted.Terms.Slot))) Violated($"{node.Name} accepts a match of slot {accepted.Terms.Slot} after its deadline");
                if (_cancelled.TryGetValue(new Hash256(accepted.Terms.SellOffer.Span), out var since) && since.PlusMs(Writing) < Market.Now) Violated($"{node.Name} accepts a match of an ask that it has cancelled");
                Contradict(node, accepted.Terms, RecordKind.Accepted, RecordKind.Released);
                break;
            case RecordKind.Settled:
                var settled = SettledBody.Parser.ParseFrom(record.Body);
                if (Answer(node, settled.Terms, record)) Contradict(node, settled.Terms, RecordKind.Settled, RecordKind.Released);
                break;
            case RecordKind.Released:
                var released = ReleasedBody.Parser.ParseFrom(record.Body);
                if (!Answer(node, released.Terms, record)) break;
                Contradict(node, released.Terms, RecordKind.Released, RecordKind.Settled);
                // What lapses was accepted before, and so may be what its buyer declined by its group.
                if (released.Reason is not (ReleaseReason.Late or ReleaseReason.Group)) Contradict(node, released.Terms, RecordKind.Released, RecordKind.Accepted);
                break;
            default:
                break;
        }
    }

    /// <summary>Brokers pass on what sellers said; only a seller's own word is judged.</summary>
    internal static bool IsOfAnother(IObservedNode node, Record record) =>
        record.Kind is RecordKind.Accepted or RecordKind.Settled or RecordKind.Released && SettlementFactRecords.TryParse(record, out var terms) && !terms.Seller.Span.SequenceEqual(node.Id.Span);

    /// <returns>False where it was said before, or is not this node's match.</returns>
    private bool Answer(IObservedNode node, MatchTerms terms, Record record)
    {
        if (!terms.Seller.Span.SequenceEqual(node.Id.Span)) return false;
        var (key, id) = ((node.Id, new Hash256(terms.Match.Span), record.Kind), SignedRecords.IdOf(record));
        if (_answers.TryAdd(key, id)) return true;
        if (_answers[key] != id) Violated($"{node.Name} signed two records {record.Kind} about the match {key.Item2}");
        return false;
    }

    private void Contradict(IObservedNode node, MatchTerms terms, RecordKind said, RecordKind other)
    {
        if (!_answers.ContainsKey((node.Id, new Hash256(terms.Match.Span), other))) return;
        // A lapse is said after the accept that it ends, and only then.
        if (said == RecordKind.Accepted) Violated($"{node.Name} accepts the match {new Hash256(terms.Match.Span)}, which it has released");
        else Violated($"{node.Name} says {said} of the match {new Hash256(terms.Match.Span)} and has said {other}");
    }
}
