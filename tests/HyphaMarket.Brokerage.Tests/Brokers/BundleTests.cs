using HyphaMarket.Brokerage.Records;
using HyphaMarket.Brokerage.Tests.Support;
using HyphaMarket.Market.Offers;
using HyphaMarket.Wire;
using HyphaMarket.Wire.Messages;

namespace HyphaMarket.Brokerage.Tests.Brokers;

/// <summary>Offers that one signature authorises together.</summary>
[TestFixture]
internal sealed class BundleTests
{
    private readonly TestSigner _worker = new("worker");
    private readonly TestSigner _scheduler = new("scheduler");

    [Test]
    public void OffersOfABundle_TradeLikeSignedOnes()
    {
        var network = Market();
        var asks = Bundle(network, 5);
        foreach (var ask in asks) Assert.That(network.Submit(_worker, ask).Select(result => result.Refusal?.Detail), Is.All.Null);
        for (ulong i = 1; i <= 5; i++) network.Submit(_scheduler, network.OfferOf(_scheduler, i, Side.Bid, 1000));
        network.RunUntil(network.Now.PlusMs(4000));
        var traded = network.Certified[0].Slot.Fills.Select(fill => fill.Legs[1].Offer.ToByteArray()).ToArray();
        Assert.That(traded, Is.EquivalentTo(asks.Select(ask => SignedRecords.IdOf(ask).Value.ToArray())));
    }

    [Test]
    public void AnOfferHasTheSameId_SignedOrInABundle()
    {
        var network = Market();
        var signed = network.OfferOf(_worker, 1, Side.Ask, 800);
        var bundled = Bundles.Sign(network.Rules.Network, RecordKind.Offer, [signed.Body], _worker)[0];
        network.Work(bundled, 1);
        network.Submit(_worker, signed);
        Assert.That(network.Submit(_worker, bundled).Select(result => result.Refusal), Is.All.Null, "known already");
        Assert.That(network.Brokers.Select(broker => broker.OfferCount), Is.All.EqualTo(1));
    }

    [Test]
    public void ABundleOwesTheWorkOfItsSize()
    {
        var network = Market(workBits: 6);
        var bundle = Bundles.Sign(network.Rules.Network, RecordKind.Offer, Enumerable.Range(1, 8).Select(i => network.OfferOf(_worker, (ulong)i, Side.Ask, 800).Body).ToArray(), _worker);
        var offer = bundle[3];
        while (ProofOfWork.BitsOf(Bundles.IdOf(offer.Bundle.Bundle), offer.WorkNonce) is not (>= 6 and < 9)) offer.WorkNonce++;
        var refusal = network.Submit(_worker, offer)[0].Refusal;
        Assert.That((refusal.Reason, refusal.WorkBits), Is.EqualTo((RefusalReason.InsufficientWork, 9u)), "6 of the network and 3 for 8 leaves");
        network.Work(offer, 1);
        Assert.That(network.Submit(_worker, offer)[0].Refusal, Is.Null);
    }

    [Test]
    public void APathThatDoesNotLeadToTheSignedRoot_IsABadSignature()
    {
        var network = Market();
        var asks = Bundle(network, 4);
        AssertBad(network, asks[0], proof => proof.Index = 1);
        AssertBad(network, asks[0], proof => proof.Siblings.RemoveAt(1));
        AssertBad(network, asks[0], proof => proof.Siblings[0] = Google.Protobuf.ByteString.CopyFrom(new byte[32]));
        AssertBad(network, asks[0], proof => proof.Siblings.Add(proof.Siblings[0]));
        AssertBad(network, asks[0], proof => proof.Signature = Google.Protobuf.ByteString.CopyFrom(new byte[64]));
        AssertBad(network, asks[0], proof => proof.Bundle = Google.Protobuf.ByteString.CopyFromUtf8("?"));
        AssertBad(network, asks[0], proof => Change(proof, bundle => bundle.Size = 2));
        AssertBad(network, asks[0], proof => Change(proof, bundle => bundle.Owner = Google.Protobuf.ByteString.CopyFrom(_scheduler.Id.Span)));

        // Another owner's bundle does not authorise mine, even where its leaf is my offer.
        var stolen = Bundles.Sign(network.Rules.Network, RecordKind.Offer, [asks[0].Body], _scheduler)[0];
        Assert.That(network.Submit(_scheduler, network.Work(stolen, 1))[0].Refusal.Reason, Is.EqualTo(RefusalReason.BadSignature));
        Assert.That(network.Submit(_worker, asks[0])[0].Refusal, Is.Null);
    }

    private static BrokerNetwork Market(int workBits = 0)
    {
        var network = new BrokerNetwork(4, change: rules => rules with { WorkBits = workBits });
        network.RunUntilSlot(4);
        return network;
    }

    private IReadOnlyList<Record> Bundle(BrokerNetwork network, int size)
    {
        var bodies = Enumerable.Range(1, size).Select(i => network.OfferOf(_worker, (ulong)i, Side.Ask, 800).Body).ToArray();
        var bundle = Bundles.Sign(network.Rules.Network, RecordKind.Offer, bodies, _worker);
        foreach (var record in bundle) network.Work(record, 1);
        return bundle;
    }

    private void AssertBad(BrokerNetwork network, Record record, Action<BundleProof> change)
    {
        var changed = record.Clone();
        change(changed.Bundle);
        // Work is checked first; whatever size is claimed, there is enough.
        network.Work(changed, 1, Bundles.MaxSize);
        Assert.That(network.Submit(_worker, changed)[0].Refusal?.Reason, Is.EqualTo(RefusalReason.BadSignature));
    }

    private static void Change(BundleProof proof, Action<BundleBody> change)
    {
        var bundle = BundleBody.Parser.ParseFrom(proof.Bundle);
        change(bundle);
        proof.Bundle = Google.Protobuf.MessageExtensions.ToByteString(bundle);
    }
}
