using Google.Protobuf;
using HyphaMarket.Brokerage.Journal;
using HyphaMarket.Brokerage.Records;
using HyphaMarket.Market.Ids;
using HyphaMarket.Market.Offers;
using HyphaMarket.Market.Slots;
using HyphaMarket.Wire;
using HyphaMarket.Wire.Messages;

namespace HyphaMarket.Brokerage.Traders;

// Several orders made at once: one signature, one proof of work, one message to each broker.
public sealed partial class TraderOrders
{
    /// <summary>Places orders together, each checked as if the ones before it were placed. Those of one market are signed as one bundle, which its brokers get whole.</summary>
    /// <returns>In the order of the terms; what is refused does not hold up the others.</returns>
    /// <exception cref="ArgumentException">More than a bundle holds.</exception>
    public IReadOnlyList<OrderOutcome> CreateMany(Instant now, IReadOnlyList<OrderTerms> terms)
    {
        ArgumentNullException.ThrowIfNull(terms);
        if (terms.Count > Bundles.MaxSize) throw new ArgumentException($"At most {Bundles.MaxSize} orders are placed at once, not {terms.Count}.", nameof(terms));
        var outcomes = new OrderOutcome[terms.Count];
        var drafts = new List<(int Index, Offer Offer, ByteString Body)>();
        for (var i = 0; i < terms.Count; i++)
        {
            var (draft, verdict) = Preview(now, terms[i], _lastSequence + 1, [.. drafts.Select(other => other.Offer)]);
            outcomes[i] = new OrderOutcome(null, verdict);
            if (draft is null) continue;
            _lastSequence++;
            var body = OfferRecords.ToBody(draft);
            drafts.Add((i, draft with { Id = new OfferId(SignedRecords.IdOf(RecordKind.Offer, body.Span).Value) }, body));
        }

        foreach (var market in drafts.GroupBy(draft => draft.Offer.Market))
        {
            foreach (var (index, outcome) in PlaceTogether(now, [.. market])) outcomes[index] = outcome;
        }

        return outcomes;
    }

    private IEnumerable<(int Index, OrderOutcome Outcome)> PlaceTogether(Instant now, (int Index, Offer Offer, ByteString Body)[] drafts)
    {
        var rules = _rules(drafts[0].Offer.Market)!;
        var whole = Bundles.SignWhole(rules.Network, RecordKind.Offer, [.. drafts.Select(draft => draft.Body)], _signer);
        var bits = ProofOfWork.RequiredBits(rules.WorkBits, drafts.Max(draft => draft.Offer.Quantity), drafts.Length);
        if (!ProofOfWork.TrySearch(Bundles.IdOf(whole.Bundle), bits, 0, _options.WorkTries, out var nonce))
        {
            foreach (var (index, _, _) in drafts) yield return (index, Refused(OfferRefusal.InsufficientWork, $"No proof of {bits} bits was found in {_options.WorkTries} tries."));
            yield break;
        }

        whole.WorkNonce = nonce;
        var records = Bundles.Split(rules.Network, whole);
        var bundle = new OrderBundle(whole);
        for (var i = 0; i < drafts.Length; i++)
        {
            var order = new Order(drafts[i].Offer, records[i], now, rules.Schedule.EndOf(drafts[i].Offer.LastSlot)) { Bundle = bundle };
            bundle.Orders.Add(order);
            Remember(order);
            // Each with its own path: after a restart, or where a broker did not answer, it goes its own way.
            Append(JournalKind.Order, order, new JournaledOrder { Order = records[i], CreatedUnixMs = now.UnixMs }, isCancel: false);
            yield return (drafts[i].Index, new OrderOutcome(order, OfferVerdict.Fine));
        }
    }

    /// <summary>An order is durable, or its append failed: a bundle goes out when nothing of it is on its way to the disk any more.</summary>
    /// <returns>False for an order of no bundle, which goes out alone.</returns>
    private bool SendInBundle(Instant now, Order order)
    {
        if (order.Bundle is not { } bundle) return false;
        order.Bundle = null;
        if (bundle.Orders.Any(other => other.Bundle is not null)) return true;
        var standing = bundle.Orders.Where(other => Find(other.Offer.Id) == other && !other.IsOver).ToArray();
        // What was dropped or cancelled meanwhile must not be sent, and a bundle is whole or none.
        if (standing.Length < bundle.Orders.Count || !_configs.TryGetValue(order.Offer.Market, out var config))
        {
            foreach (var other in standing) Send(now, other, isCancel: false);
            return true;
        }

        foreach (var member in config.Members)
        {
            var numbers = new long[standing.Length];
            for (var i = 0; i < standing.Length; i++)
            {
                standing[i].Submission.UnderWay.Add(member.Peer);
                _submitting.Add(numbers[i] = ++_lastNumber, (standing[i], member.Peer, false));
            }

            _effects.Enqueue(new TraderEffect.SubmitBundle(numbers, order.Offer.Market, member, bundle.Whole));
        }

        foreach (var other in standing) (other.Submission.RetryAt, other.Submission.Rounds) = (null, other.Submission.Rounds + 1);
        return true;
    }

    /// <summary>An order's append failed: what was signed with it goes its own way.</summary>
    private static void LeaveBundle(Order order)
    {
        if (order.Bundle is not { } bundle) return;
        order.Bundle = null;
        if (bundle.Orders.Any(other => other.Bundle is not null)) return;
        foreach (var other in bundle.Orders.Where(other => !other.IsOver)) other.Submission.RetryAt ??= other.Created;
    }
}
