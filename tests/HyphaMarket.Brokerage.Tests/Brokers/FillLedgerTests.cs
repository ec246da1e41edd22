using Google.Protobuf;
using HyphaMarket.Brokerage.Brokers;
using HyphaMarket.Brokerage.Certificates;
using HyphaMarket.Brokerage.Tests.Support;
using HyphaMarket.Market.Ids;
using HyphaMarket.Market.Slots;
using HyphaMarket.Wire;
using HyphaMarket.Wire.Messages;

namespace HyphaMarket.Brokerage.Tests.Brokers;

/// <summary>"A function of the records, whatever their order": the ledger beside a naive reading of all records at once.</summary>
[TestFixture]
internal sealed class FillLedgerTests
{
    private static readonly SlotSchedule Schedule = SlotSchedule.WithDefaultBounds(0, 1000);
    private static readonly string[] Owners = ["ann", "bob", "cid", "dot"];

    [Test]
    public void WhateverTheOrderOfRecords_TheLedgerSaysWhatANaiveReadingSays([Range(1, 20)] int seed)
    {
        var random = new Random(seed);
        var slots = Enumerable.Range(0, 6).Select(i => Certified(random, new Slot((2 * i) + 1))).ToArray();
        var facts = slots.SelectMany(slot => Enumerable.Range(0, slot.Fills.Count).SelectMany(i => FactsOf(random, slot, i))).ToArray();
        var ledger = new FillLedger(Schedule, mostStrays: 1000);
        // Certificates and facts in any order, some twice; a fact may come long before its certificate.
        var steps = slots.Cast<object>().Concat(slots.Take(2)).Concat(facts.Cast<object>()).Concat(facts.Take(3).Cast<object>()).ToArray();
        random.Shuffle(steps);
        foreach (var step in steps)
        {
            if (step is CertifiedSlot slot) ledger.OnCertified(slot);
            // A broker refuses what states other terms than a certificate that is here.
            else if (step is (RecordKind kind, MatchTerms terms) && ledger.Find(new Hash256(terms.Match.Span)) is var fill && (fill is null || fill.Terms.Equals(terms))) ledger.TryNote(kind, terms, IdOf(kind, terms), out _);
        }

        foreach (var at in Enumerable.Range(0, 12).Select(i => new Slot((2 * i) + 1)))
        {
            foreach (var offer in slots.SelectMany(slot => slot.Fills).SelectMany(fill => fill.Legs).Select(leg => leg.Offer).Distinct())
            {
                var (units, counterparties) = Naive(slots, facts, offer, at);
                var id = new OfferId(new Hash256(offer.Span));
                Assert.That(ledger.SpentBy(id, at), Is.EqualTo(units), $"seed {seed}, slot {at}");
                Assert.That(ledger.CounterpartiesOf(id, at), Is.EqualTo(counterparties), $"seed {seed}, slot {at}");
            }
        }

        Assert.That(ledger.Strays, Is.Zero, "all certificates came");
    }

    /// <summary>The table of proto/PROTOCOL.md, "What is free, and what becomes of a fill".</summary>
    private static (int Units, ParticipantId[] Counterparties) Naive(CertifiedSlot[] slots, (RecordKind Kind, MatchTerms Terms)[] facts, ByteString offer, Slot at)
    {
        var (units, others) = (0, new SortedSet<ParticipantId>());
        foreach (var slot in slots)
        {
            for (var i = 0; i < slot.Fills.Count; i++)
            {
                var terms = SettlementRecords.TermsOf(slot, i);
                if (terms.BuyOffer != offer && terms.SellOffer != offer) continue;
                bool Has(RecordKind kind) => facts.Any(fact => fact.Kind == kind && fact.Terms.Equals(terms));
                var isPast = at.Value > slot.Result.Slot.Value + (2 * Schedule.ActivationPairs);
                var (bidTaken, askTaken) = Has(RecordKind.Settled) ? (true, true)
                    : Has(RecordKind.Released) ? (false, true)
                    : !isPast ? (true, true)
                    : Has(RecordKind.Accepted) ? (true, false)
                    : (false, true);
                if (terms.BuyOffer == offer ? !bidTaken : !askTaken) continue;
                units += (int)terms.Quantity;
                others.Add(new ParticipantId((terms.BuyOffer == offer ? terms.Seller : terms.Buyer).Span));
            }
        }

        return (units, [.. others]);
    }

    /// <summary>What the seller said, and what a stranger said of the same match.</summary>
    private static IEnumerable<(RecordKind, MatchTerms)> FactsOf(Random random, CertifiedSlot slot, int index)
    {
        var terms = SettlementRecords.TermsOf(slot, index);
        foreach (var kind in new[] { RecordKind.Accepted, RecordKind.Settled, RecordKind.Released })
        {
            if (random.Next(3) == 0) yield return (kind, terms);
            if (random.Next(5) == 0) yield return (kind, Changed(terms, lie => lie.Seller = ByteString.CopyFrom(new TestSigner("stranger").Id.Span)));
        }
    }

    private static MatchTerms Changed(MatchTerms terms, Action<MatchTerms> change)
    {
        var changed = terms.Clone();
        change(changed);
        return changed;
    }

    private static RecordId IdOf(RecordKind kind, MatchTerms terms) => new(Hash256.Of([(byte)kind], terms.ToByteArray()));

    private static CertifiedSlot Certified(Random random, Slot slot)
    {
        var fills = Enumerable.Range(0, random.Next(1, 5)).Select(_ =>
        {
            var (buyer, seller) = (random.Next(2), 2 + random.Next(2));
            var fill = new FillBody { Quantity = (uint)random.Next(1, 4) };
            fill.Legs.Add(LegOf("bid", Owners[buyer], random.Next(3)));
            fill.Legs.Add(LegOf("ask", Owners[seller], random.Next(3)));
            return fill.ToByteString();
        }).ToArray();
        var body = new ResultBody
        {
            Market = ByteString.CopyFrom(new byte[32]),
            Config = ByteString.CopyFrom(new byte[32]),
            Slot = slot.Value,
            ClearingRule = "pairwise-mean",
            InputRoot = ByteString.CopyFrom(new byte[32]),
            ResultRoot = ByteString.CopyFrom(FillBodies.RootOf(fills).ToArray()),
            Fills = (uint)fills.Length,
        };
        return CertifiedSlot.Build(SlotResult.TryParse(body.ToByteString(), out var result) ? result : throw new InvalidOperationException(), fills, []);
    }

    private static Leg LegOf(string side, string owner, int number) => new()
    {
        Offer = ByteString.CopyFrom(Hash256.Of(System.Text.Encoding.ASCII.GetBytes($"{side} of {owner} {number}")).ToArray()),
        Owner = ByteString.CopyFrom(new TestSigner(owner).Id.Span),
        PriceMicros = 900,
        LimitMicros = 1000,
        LastSlot = 100,
    };
}
