using HyphaMarket.Brokerage.Brokers;
using HyphaMarket.Brokerage.Tests.Support;
using HyphaMarket.Market.Offers;
using HyphaMarket.Wire;
using HyphaMarket.Wire.Messages;

namespace HyphaMarket.Brokerage.Tests.Brokers;

/// <summary>Cancels hold their offer's body: they count whether they come before it or after.</summary>
[TestFixture]
internal sealed class CancelTests
{
    private readonly TestSigner _worker = new("worker");
    private readonly TestSigner _scheduler = new("scheduler");

    [Test]
    public void ACancelThatComesFirst_KeepsItsOfferOut_AndAllReplicasBecomeEqual()
    {
        var network = Market();
        var ask = network.OfferOf(_worker, 1, Side.Ask, 800);
        var cancel = network.CancelOf(_worker, ask);
        network.HasGossip = false;
        network.Submit(_worker, cancel, 0, 1);
        network.Submit(_worker, ask, 2, 3, 4);
        network.Submit(_scheduler, network.OfferOf(_scheduler, 1, Side.Bid, 1000));
        network.RunUntil(network.Now.PlusMs(12_000));
        Assert.That(network.Brokers.Select(broker => broker.RecordCount), Is.All.EqualTo(3), "offer, cancel and bid are everywhere");
        Assert.That(network.Certified, Is.Empty);
    }

    [Test]
    public void TwoCancelsOfOneOffer_LeaveTheSameOneEverywhere()
    {
        var network = Market();
        var ask = network.OfferOf(_worker, 1, Side.Ask, 800);
        network.Submit(_worker, ask);
        network.HasGossip = false;
        var plain = network.CancelOf(_worker, ask);
        var replacing = network.CancelOf(_worker, ask, network.OfferOf(_worker, 2, Side.Ask, 900));
        network.Submit(_worker, plain, 0, 1, 2);
        network.Submit(_worker, replacing, 3, 4);
        network.RunUntil(network.Now.PlusMs(12_000));
        Assert.That(network.Brokers.Select(broker => broker.RecordCount), Is.All.EqualTo(3), "two offers and one cancel");
        var kept = new[] { plain, replacing }.Select(SignedRecords.IdOf).Min();
        foreach (var broker in Enumerable.Range(0, 5))
        {
            var answer = network.Brokers[broker].OnRequest(network.Now, network.Signers[(broker + 1) % 5].Id, new BrokerRequest { Fetch = new FetchRequest { Ids = { Google.Protobuf.ByteString.CopyFrom(kept.Value.ToArray()) } } });
            Assert.That(answer.Records.Records, Has.Count.EqualTo(1), $"broker {broker}");
        }
    }

    [Test]
    public void AReplacement_TradesInPlaceOfWhatItReplaces()
    {
        var network = Market();
        var ask = network.OfferOf(_worker, 1, Side.Ask, 800);
        network.Submit(_worker, ask);
        var replacement = network.OfferOf(_worker, 2, Side.Ask, 900);
        Assert.That(network.Submit(_worker, network.CancelOf(_worker, ask, replacement)).Select(result => result.Refusal), Is.All.Null);
        network.Submit(_scheduler, network.OfferOf(_scheduler, 1, Side.Bid, 1000));
        network.RunUntil(network.Now.PlusMs(4000));
        var leg = network.Certified[0].Slot.Fills.Single().Legs[1];
        Assert.That(leg.Offer.Span.SequenceEqual(SignedRecords.IdOf(replacement).Value.ToArray()));
    }

    [Test]
    public void ACancelBySomebodyElse_IsRefused()
    {
        var network = Market();
        var ask = network.OfferOf(_worker, 1, Side.Ask, 800);
        network.Submit(_worker, ask);
        Assert.That(network.Submit(_scheduler, network.CancelOf(_scheduler, ask)).Select(result => result.Refusal.Reason), Is.All.EqualTo(RefusalReason.BadSignature));
    }

    [Test]
    public void ACancelledOffer_KeepsItsPlaceUntilItExpires()
    {
        var network = Market(rules => rules with { BookDepth = 2 });
        var asks = Enumerable.Range(1, 8).Select(i => network.OfferOf(_worker, (ulong)i, Side.Ask, 800, change: body => body.LastSlot = body.FirstSlot + 6)).ToArray();
        foreach (var ask in asks) network.Submit(_worker, ask);
        foreach (var ask in asks) network.Submit(_worker, network.CancelOf(_worker, ask));
        var other = network.OfferOf(_scheduler, 1, Side.Ask, 900);
        Assert.That(network.Submit(_scheduler, other).Select(result => result.Refusal?.Reason), Is.All.EqualTo(RefusalReason.BookFull), "else replicas would depend on what came first");
        network.RunUntil(network.Now.PlusMs(20_000));
        Assert.That(network.Brokers.Select(broker => broker.RecordCount), Is.All.Zero);
        Assert.That(network.Submit(_scheduler, network.OfferOf(_scheduler, 2, Side.Ask, 900)).Select(result => result.Refusal), Is.All.Null);
    }

    private static BrokerNetwork Market(Func<MarketRules, MarketRules>? change = null)
    {
        var network = new BrokerNetwork(5, change: change);
        network.RunUntilSlot(4);
        return network;
    }
}
