using Google.Protobuf;
using HyphaMarket.Brokerage.Brokers;
using HyphaMarket.Brokerage.Tests.Support;
using HyphaMarket.Market.Offers;
using HyphaMarket.Wire;
using HyphaMarket.Wire.Messages;

namespace HyphaMarket.Brokerage.Tests.Brokers;

/// <summary>"Gossip: Reject what is wrong for everybody, Ignore what depends on my clock or state."</summary>
[TestFixture]
internal sealed class GossipTests
{
    private readonly TestSigner _owner = new("worker");

    [Test]
    public void ANewValidRecord_IsRelayedOnce()
    {
        var network = Market();
        var offer = network.OfferOf(_owner, 1, Side.Ask, 800);
        Assert.That(Verdict(network, offer), Is.EqualTo(GossipVerdict.Accept));
        Assert.That(Verdict(network, offer), Is.EqualTo(GossipVerdict.Ignore));
        Assert.That(Verdict(network, network.CancelOf(_owner, offer)), Is.EqualTo(GossipVerdict.Accept));
        Assert.That(Verdict(network, offer), Is.EqualTo(GossipVerdict.Ignore), "cancelled or not, it is known");
    }

    [Test]
    public void WhatIsWrongForEverybody_IsRejected()
    {
        var network = Market();
        var valid = network.OfferOf(_owner, 1, Side.Ask, 800);
        Assert.That(Verdict(network, new Record { Kind = RecordKind.Offer, Body = ByteString.CopyFromUtf8("no offer") }), Is.EqualTo(GossipVerdict.Reject));
        Assert.That(Verdict(network, new Record { Kind = RecordKind.Vote, Body = valid.Body }), Is.EqualTo(GossipVerdict.Reject));
        Assert.That(Verdict(network, SignedRecords.Sign(network.Rules.Network, RecordKind.Offer, valid.Body, new TestSigner("stranger"))), Is.EqualTo(GossipVerdict.Reject));
        Assert.That(Verdict(network, network.OfferOf(_owner, 2, Side.Ask, 0)), Is.EqualTo(GossipVerdict.Reject));
        Assert.That(Verdict(network, network.OfferOf(_owner, 3, Side.Ask, 800, change: body => body.Market = ByteString.CopyFrom(new byte[32]))), Is.EqualTo(GossipVerdict.Reject));
        Assert.That(Verdict(network, network.OfferOf(_owner, 4, Side.Ask, 800, change: body => body.LastSlot = body.FirstSlot + 300)), Is.EqualTo(GossipVerdict.Reject));
        Assert.That(Verdict(network, new Record { Kind = RecordKind.Certificate, Body = ByteString.CopyFromUtf8("?") }), Is.EqualTo(GossipVerdict.Reject));

        var lazy = Market(rules => rules with { WorkBits = 30 });
        Assert.That(Verdict(lazy, lazy.OfferOf(_owner, 1, Side.Ask, 800)), Is.EqualTo(GossipVerdict.Reject));
    }

    [Test]
    public void WhatDependsOnMyClock_IsIgnored()
    {
        var network = Market();
        var slot = network.Brokers[0].CurrentSlot.Value;
        Assert.That(Verdict(network, network.OfferOf(_owner, 1, Side.Ask, 800, change: body => body.FirstSlot = slot - 5)), Is.EqualTo(GossipVerdict.Ignore));
        Assert.That(Verdict(network, network.OfferOf(_owner, 2, Side.Ask, 800, change: body => (body.FirstSlot, body.LastSlot) = (slot - 9, slot - 1))), Is.EqualTo(GossipVerdict.Ignore));
        Assert.That(Verdict(network, network.OfferOf(_owner, 3, Side.Ask, 800, change: body => (body.FirstSlot, body.LastSlot) = (slot + 301, slot + 302))), Is.EqualTo(GossipVerdict.Ignore));
        Assert.That(Verdict(network, network.OfferOf(_owner, 4, Side.Ask, 800, change: body => body.FirstSlot = slot - 4)), Is.EqualTo(GossipVerdict.Accept), "four slots are what it may have taken");
    }

    [Test]
    public void WhatDependsOnMyState_IsIgnored()
    {
        var network = Market(rules => rules with { BookDepth = 2 });
        for (ulong i = 1; i <= 8; i++) Assert.That(Verdict(network, network.OfferOf(_owner, i, Side.Ask, 800)), Is.EqualTo(GossipVerdict.Accept));
        Assert.That(Verdict(network, network.OfferOf(_owner, 9, Side.Ask, 900)), Is.EqualTo(GossipVerdict.Ignore), "my side is full");

        var unknown = new AcceptedBody { Terms = Terms(network) };
        Assert.That(Verdict(network, SignedRecords.Sign(network.Rules.Network, RecordKind.Accepted, unknown, _owner)), Is.EqualTo(GossipVerdict.Ignore), "its certificate may be on its way");
    }

    [Test]
    public void LimitsOfAnOwner_DoNotHoldForWhatGossipBrings()
    {
        var network = Market(rules => rules with { OpenOffers = 1, LargestOpenUnits = 1 });
        Assert.That(Verdict(network, network.OfferOf(_owner, 1, Side.Ask, 800)), Is.EqualTo(GossipVerdict.Accept));
        Assert.That(Verdict(network, network.OfferOf(_owner, 1, Side.Ask, 801)), Is.EqualTo(GossipVerdict.Accept), "a twin that another broker took first must be known to all");
        Assert.That(Verdict(network, network.OfferOf(_owner, 2, Side.Ask, 800)), Is.EqualTo(GossipVerdict.Accept));
        Assert.That(Quote(network).Offers, Is.EqualTo(1), "of which only the highest sequence is eligible");
    }

    private static QuoteBody Quote(BrokerNetwork network) => QuoteBody.Parser.ParseFrom(network.Brokers[0].Quote(network.Now, 1).Body);

    private static BrokerNetwork Market(Func<MarketRules, MarketRules>? change = null)
    {
        var network = new BrokerNetwork(1, change: change);
        network.RunUntilSlot(12);
        return network;
    }

    private GossipVerdict Verdict(BrokerNetwork network, Record record) => network.Brokers[0].OnGossip(network.Now, new TestSigner("a peer").Id, record);

    private MatchTerms Terms(BrokerNetwork network) => new()
    {
        Match = ByteString.CopyFrom(new byte[32]),
        Market = ByteString.CopyFrom(network.Rules.Market.ToArray()),
        Slot = 11,
        Buyer = ByteString.CopyFrom(new TestSigner("buyer").Id.Span),
        Seller = ByteString.CopyFrom(_owner.Id.Span),
        Quantity = 1,
        LastSlot = 50,
    };
}
