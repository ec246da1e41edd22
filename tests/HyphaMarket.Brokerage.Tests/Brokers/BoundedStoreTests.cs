using HyphaMarket.Brokerage.Records;
using HyphaMarket.Brokerage.Tests.Support;
using HyphaMarket.Market.Books;
using HyphaMarket.Market.Offers;
using HyphaMarket.Wire;
using HyphaMarket.Wire.Messages;

namespace HyphaMarket.Brokerage.Tests.Brokers;

/// <summary>"Keeping the best R of a fixed order is a union that converges": beside a naive sort of everything that was ever submitted.</summary>
[TestFixture]
internal sealed class BoundedStoreTests
{
    /// <summary>m = 4 keeps R = 16 a side.</summary>
    private const int Kept = 16;

    [Test]
    public void WhateverEachBrokerHeardFirst_AllKeepTheBestOfEverything_InTheOrderThatASortGives([Range(1, 10)] int seed)
    {
        var random = new Random(seed);
        var network = new BrokerNetwork(4, change: rules => rules with { BookDepth = 4, OpenOffers = 8, LargestOpenUnits = 1000 });
        network.RunUntilSlot(4);
        network.HasGossip = false;
        var offers = new List<Record>();
        for (var i = 0; i < 120; i++)
        {
            var owner = new TestSigner($"owner-{random.Next(30)}");
            // Few prices, so that first slots and ids decide too; asks above all bids, so that nothing trades.
            var side = random.Next(2) == 0 ? Side.Bid : Side.Ask;
            var back = random.Next(2);
            var offer = network.OfferOf(owner, (ulong)i, side, side == Side.Bid ? random.Next(1, 6) : random.Next(10, 16), change: body => body.FirstSlot -= back);
            offers.Add(offer);
            foreach (var broker in Enumerable.Range(0, 4).OrderBy(_ => random.Next()).Take(random.Next(1, 4)))
            {
                network.Brokers[broker].OnGossip(network.Now, owner.Id, offer);
                // A cancelled offer keeps its place, and its cancel may come first.
                if (random.Next(5) == 0) network.Brokers[broker].OnGossip(network.Now, owner.Id, network.CancelOf(owner, offer));
                network.CarryOut(broker);
            }

            if (random.Next(10) == 0) network.RunUntil(network.Now.PlusMs(random.Next(100)));
        }

        network.RunUntil(network.Now.PlusMs(20_000));
        foreach (var side in new[] { Side.Bid, Side.Ask })
        {
            var naive = offers
                .Select(record => OfferRecords.TryParse(record.Body, out var offer) ? offer : throw new InvalidOperationException())
                .Where(offer => offer.Side == side)
                .OrderBy(offer => side == Side.Bid ? -offer.LimitPrice.Value : offer.LimitPrice.Value)
                .ThenBy(offer => offer.FirstSlot)
                .ThenBy(offer => offer.Id)
                .ToArray();
            foreach (var broker in network.Brokers)
            {
                var ranks = naive.Select(offer => broker.StandingOf(offer.Id, broker.CurrentSlot).Rank);
                Assert.That(ranks, Is.EqualTo(naive.Select((_, i) => i < Kept ? i + 1 : 0)), $"seed {seed}, {side}");
            }
        }

        Assert.That(network.Brokers.Select(broker => broker.RecordCount).Distinct().Count(), Is.EqualTo(1), $"seed {seed}: cancels too");
        Assert.That(network.Brokers.Select(broker => QuoteBody.Parser.ParseFrom(broker.Quote(network.Now, 1).Body).BookDigest).Distinct().Count(), Is.EqualTo(1), $"seed {seed}");
    }

    [Test]
    public void ACancelledOffer_ThatFellOutOfAFullSide_ComesBackCancelled()
    {
        var network = new BrokerNetwork(4, change: rules => rules with { BookDepth = 4, OpenOffers = 64, LargestOpenUnits = 1000 });
        network.RunUntilSlot(4);
        var (owner, flooder, broker) = (new TestSigner("owner"), new TestSigner("flooder"), network.Brokers[0]);
        var offer = network.OfferOf(owner, 1, Side.Ask, 90, change: body => body.LastSlot = body.FirstSlot + 60);
        var cancel = network.CancelOf(owner, offer);
        foreach (var record in new[] { offer, cancel }) Assert.That(broker.Submit(network.Now, owner.Id, record).Receipt, Is.Not.Null);
        for (var i = 0UL; i < Kept; i++) broker.Submit(network.Now, flooder.Id, network.OfferOf(flooder, i, Side.Ask, 10, change: body => body.LastSlot = body.FirstSlot + 1));
        Assert.That(broker.StandingOf(new(SignedRecords.IdOf(offer).Value), broker.CurrentSlot).Rank, Is.Zero, "it fell out");

        network.RunUntil(network.Now.PlusMs(20 * network.Rules.Schedule.LengthMs));
        var push = new RecordBatch { Records = { offer } };
        broker.OnRequest(network.Now, network.Signers[1].Id, new BrokerRequest { Push = push });
        Assert.That(broker.RecordsAt(broker.CurrentSlot), Is.SupersetOf(new[] { SignedRecords.IdOf(offer), SignedRecords.IdOf(cancel) }), "both are here again");
        Assert.That(QuoteBody.Parser.ParseFrom(broker.Quote(network.Now, 1).Body).AskUnits, Is.Zero, "it does not trade");
    }
}
