using HyphaMarket.Brokerage.Brokers;
using HyphaMarket.Brokerage.Tests.Support;
using HyphaMarket.Market.Offers;
using HyphaMarket.Market.Slots;
using HyphaMarket.Wire;
using HyphaMarket.Wire.Messages;

namespace HyphaMarket.Brokerage.Tests.Brokers;

/// <summary>Loss, crashes, partitions, cancels and bursts drawn from a seed, then peace: what must hold always, and what must hold at last.</summary>
[TestFixture]
internal sealed class RandomFaultTests
{
    private const int FaultySlots = 60;

    [Test]
    public void WhateverFails_NothingIsCertifiedTwiceOrSoldTwice_AndInPeaceAllAgree([Range(1, 40)] int seed)
    {
        var random = new Random(seed);
        var network = new BrokerNetwork(random.Next(2) == 0 ? 4 : 5, latencyMs: random.Next(5, 60));
        var offers = new List<(TestSigner Owner, Record Record)>();
        var sequences = new Dictionary<string, ulong>();
        network.RunUntilSlot(4);

        for (var step = 0; step < FaultySlots; step++)
        {
            Break(network, random);
            for (var i = random.Next(3); i > 0; i--) offers.Add(Submit(network, random, sequences));
            if (random.Next(4) == 0 && offers.Count > 0) Cancel(network, random, offers[random.Next(offers.Count)]);
            network.RunUntil(network.Now.PlusMs(random.Next(1, 2000)));
        }

        AssertSafe(network, seed);
        network.Loses = (_, _, _) => false;
        network.HasGossip = true;
        foreach (var broker in network.Down.ToArray()) network.Restart(broker);
        network.RunUntil(network.Now.PlusMs(10_000));
        var (worker, scheduler) = (new TestSigner("last worker"), new TestSigner("last scheduler"));
        var ask = network.OfferOf(worker, 1, Side.Ask, 1);
        network.Submit(worker, ask);
        network.Submit(scheduler, network.OfferOf(scheduler, 1, Side.Bid, 100_000));
        network.RunUntil(network.Now.PlusMs(8000));

        AssertSafe(network, seed);
        var last = SignedRecords.IdOf(ask).Value.ToArray();
        Assert.That(network.Certified.SelectMany(entry => entry.Slot.Fills).Any(fill => fill.Legs[1].Offer.Span.SequenceEqual(last)), $"seed {seed}: the best pair trades when nothing fails");
        Assert.That(network.Brokers.Select(broker => broker.IsCatchingUp), Is.All.False, $"seed {seed}");
        // Records that expired are still remembered by some; what has not is the same everywhere.
        Assert.That(network.Brokers.Select(Digest(network)).Distinct().Count(), Is.EqualTo(1), $"seed {seed}: the books are equal");
        Assert.That(network.Reports.Where(report => report.What is BrokerReport.Equivocation or BrokerReport.Abstains), Is.Empty, $"seed {seed}: nobody honest is accused");
    }

    private static void Break(BrokerNetwork network, Random random)
    {
        var loss = random.Next(3) == 0 ? random.Next(40) : 0;
        var cut = random.Next(5) == 0 ? random.Next(network.Brokers.Length) : -1;
        network.Loses = (from, to, _) => from == cut || to == cut || random.Next(100) < loss;
        network.HasGossip = random.Next(4) != 0;
        if (random.Next(6) == 0) network.Down.Add(random.Next(network.Brokers.Length));
        foreach (var broker in network.Down.ToArray())
        {
            if (random.Next(3) != 0) continue;
            // Frozen, or crashed with what was durable.
            if (random.Next(2) == 0) network.Restart(broker);
            else network.Down.Remove(broker);
        }
    }

    private static (TestSigner Owner, Record Record) Submit(BrokerNetwork network, Random random, Dictionary<string, ulong> sequences)
    {
        var name = $"owner-{random.Next(6)}";
        var owner = new TestSigner(name);
        var sequence = sequences[name] = sequences.GetValueOrDefault(name) + 1;
        var isBid = random.Next(2) == 0;
        var record = network.OfferOf(owner, sequence, isBid ? Side.Bid : Side.Ask, random.Next(800, 1200), random.Next(1, 4), body =>
        {
            body.LastSlot = body.FirstSlot + random.Next(5, 100);
            body.Distinct = random.Next(5) == 0;
        });
        var up = Enumerable.Range(0, network.Brokers.Length).Where(i => !network.Down.Contains(i) && random.Next(4) != 0).ToArray();
        if (up.Length > 0) network.Submit(owner, record, up);
        return (owner, record);
    }

    private static void Cancel(BrokerNetwork network, Random random, (TestSigner Owner, Record Record) offer)
    {
        var up = Enumerable.Range(0, network.Brokers.Length).Where(i => !network.Down.Contains(i) && random.Next(2) == 0).ToArray();
        if (up.Length > 0) network.Submit(offer.Owner, network.CancelOf(offer.Owner, offer.Record), up);
    }

    private static void AssertSafe(BrokerNetwork network, int seed)
    {
        var slots = network.Certified.Select(entry => entry.Slot).DistinctBy(slot => slot.Id).OrderBy(slot => slot.Result.Slot).ToArray();
        Assert.That(slots.Select(slot => slot.Result.Slot), Is.Unique, $"seed {seed}: one result a slot");
        foreach (var (broker, disk) in network.Disks) Assert.That(disk.Select(entry => entry.Key), Is.Unique, $"seed {seed}: broker {broker} voted once a slot");
        var proposals = network.Delivered.Where(message => message.Request.AskCase == BrokerRequest.AskOneofCase.Proposal).Select(message => ProposalBody.Parser.ParseFrom(message.Request.Proposal.Body).Result).Distinct();
        Assert.That(proposals.Select(result => ResultBody.Parser.ParseFrom(result).Slot), Is.Unique, $"seed {seed}: one proposal a slot");

        // Nobody accepts here: an ask's units are spent by a fill for good, a bid's until the fill's deadline.
        var window = 2 * network.Rules.Schedule.ActivationPairs;
        foreach (var slot in slots)
        {
            foreach (var leg in slot.Fills.SelectMany(fill => fill.Legs).DistinctBy(leg => leg.Offer))
            {
                var isAsk = slot.Fills.Any(fill => fill.Legs[1].Offer == leg.Offer);
                var held = slots.Where(other => other.Result.Slot <= slot.Result.Slot && (isAsk || other.Result.Slot.Value >= slot.Result.Slot.Value - window))
                    .SelectMany(other => other.Fills)
                    .Where(fill => fill.Legs.Any(other => other.Offer == leg.Offer))
                    .Sum(fill => fill.Quantity);
                Assert.That(held, Is.LessThanOrEqualTo(3u), $"seed {seed}, slot {slot.Result.Slot}: more than any offer's quantity");
                if (Quantity(network, leg.Offer) is { } quantity) Assert.That(held, Is.LessThanOrEqualTo(quantity), $"seed {seed}, slot {slot.Result.Slot}");
            }
        }
    }

    private static uint? Quantity(BrokerNetwork network, Google.Protobuf.ByteString offer)
    {
        var record = network.Gossiped.Select(entry => entry.Record).FirstOrDefault(record => record.Kind == RecordKind.Offer && SignedRecords.IdOf(record).Value.ToArray().AsSpan().SequenceEqual(offer.Span));
        return record is null ? null : OfferBody.Parser.ParseFrom(record.Body).Quantity;
    }

    private static Func<MarketBroker, Google.Protobuf.ByteString> Digest(BrokerNetwork network) => broker => QuoteBody.Parser.ParseFrom(broker.Quote(network.Now, 1).Body).BookDigest;
}
