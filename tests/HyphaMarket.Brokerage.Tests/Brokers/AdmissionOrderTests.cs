using HyphaMarket.Brokerage.Brokers;
using HyphaMarket.Brokerage.Tests.Support;
using HyphaMarket.Market.Offers;
using HyphaMarket.Wire;
using HyphaMarket.Wire.Messages;

namespace HyphaMarket.Brokerage.Tests.Brokers;

/// <summary>"Admission, cheapest first": no signature is checked for what a cheaper check refuses.</summary>
[TestFixture]
internal sealed class AdmissionOrderTests
{
    private readonly TestSigner _owner = new("worker");

    [Test]
    public void NoSignatureIsChecked_ForWhatACheaperCheckRefuses()
    {
        var verifier = new CountingVerifier();
        var network = new BrokerNetwork(1, change: rules => rules with { WorkBits = 8 }, options: new BrokerOptions { RecordsPerSecond = 1, RecordBurst = 8 }, verifier: verifier);
        network.RunUntilSlot(4);
        var valid = network.OfferOf(_owner, 1, Side.Ask, 800);
        network.Submit(_owner, valid);
        Assert.That(verifier.Checks, Is.EqualTo(1), "one for the valid offer");

        network.Submit(_owner, valid);
        network.Submit(_owner, network.OfferOf(_owner, 2, Side.Ask, 0));
        network.Submit(_owner, network.OfferOf(_owner, 3, Side.Ask, 800, change: body => body.FirstSlot -= 10));
        network.Submit(_owner, network.OfferOf(_owner, 4, Side.Ask, 800, change: body => body.Market = Google.Protobuf.ByteString.CopyFrom(new byte[32])));
        var lazy = network.OfferOf(_owner, 5, Side.Ask, 800);
        while (ProofOfWork.BitsOf(SignedRecords.IdOf(lazy).Value, lazy.WorkNonce) >= 8) lazy.WorkNonce++;
        network.Submit(_owner, lazy);
        Assert.That(verifier.Checks, Is.EqualTo(1), "a duplicate, a price, a time, a market and missing work cost none");

        for (var i = 0; i < 20; i++) network.Submit(_owner, network.OfferOf(_owner, (ulong)(10 + i), Side.Ask, 800));
        Assert.That(verifier.Checks, Is.LessThanOrEqualTo(8), "who sends too much costs none");
    }

    [Test]
    public void AStrangersForgery_DoesNotBlockTheOwner()
    {
        var network = new BrokerNetwork(1, verifier: new CountingVerifier());
        network.RunUntilSlot(4);
        var offer = network.OfferOf(_owner, 1, Side.Ask, 800);
        var forged = SignedRecords.Sign(network.Rules.Network, RecordKind.Offer, offer.Body, new TestSigner("stranger"));
        Assert.That(network.Submit(new TestSigner("stranger"), forged).Single().Refusal.Reason, Is.EqualTo(RefusalReason.BadSignature));
        Assert.That(network.Submit(_owner, offer).Single().Receipt, Is.Not.Null, "only what is valid is remembered by its id");
    }
}
