using Google.Protobuf;
using HyphaMarket.Market.Ids;
using HyphaMarket.Wire.Messages;

namespace HyphaMarket.Wire.Tests.Records;

/// <summary>Bundles that come whole: hashed once, one signature, and paths for who gets one record.</summary>
[TestFixture]
internal sealed class WholeBundleTests
{
    private static readonly NetworkId Network = new(Hash256.Of("a test network"u8));
    private readonly Ed25519Keys _keys = Ed25519Keys.FromSeed([.. Enumerable.Repeat((byte)7, 32)]);

    [TestCase(1)]
    [TestCase(2)]
    [TestCase(7)]
    [TestCase(64)]
    [TestCase(Bundles.MaxSize)]
    public void EachRecordOfABundle_StandsAlone_WithItsPathAndTheBundlesNonce(int size)
    {
        var whole = Whole(size);
        whole.WorkNonce = 5;
        Assert.That(Verify(whole), Is.Not.Null);
        var records = Bundles.Split(Network, whole);
        Assert.That(records.Select(record => (record.Body, record.WorkNonce)), Is.EqualTo(whole.Bodies.Select(body => (body, 5ul))));
        foreach (var index in new[] { 0, size / 2, size - 1 }) Assert.That(Bundles.Verify(Network, records[index], _keys.Id, _keys), Is.True);
        Assert.That(Bundles.IdsOf(RecordKind.Offer, Bundles.BodiesOf(whole)), Is.EqualTo(records.Select(record => SignedRecords.IdOf(record).Value)));
        Assert.That(Bundles.WorkOf(records[0], SignedRecords.IdOf(records[0])), Is.EqualTo((Bundles.IdOf(whole.Bundle), size)));
    }

    [Test]
    public void ARecordOfABundle_HasABodyOfItsOwn()
    {
        var whole = Whole(3);
        var body = Bundles.Split(Network, whole)[1].Body;
        Assert.That(body, Is.EqualTo(whole.Bodies[1]));
        Assert.That(body.Memory, Is.Not.EqualTo(whole.Bodies[1].Memory), "else one offer that is left keeps a message of a thousand alive");
    }

    [Test]
    public void AChangedBodyOrderOrSignature_IsFound()
    {
        Assert.That(Verify(Change(whole => whole.Bodies[3] = ByteString.CopyFromUtf8("other"))), Is.Null);
        Assert.That(Verify(Change(whole => (whole.Bodies[0], whole.Bodies[1]) = (whole.Bodies[1], whole.Bodies[0]))), Is.Null);
        Assert.That(Verify(Change(whole => whole.Signature = ByteString.CopyFrom(new byte[64]))), Is.Null);
        Assert.That(Verify(Change(whole => whole.Signature = ByteString.Empty)), Is.Null);
        Assert.That(Verify(Change(whole => whole.Kind = RecordKind.Cancel)), Is.Null, "the kind is in the leaves");
        Assert.That(Verify(Change(whole => whole.Bodies.Add(ByteString.CopyFromUtf8("one more")))), Is.Null);
    }

    [Test]
    public void ABodyWithMoreThanItNeeds_IsNone()
    {
        var body = BundleBody.Parser.ParseFrom(Whole(2).Bundle);
        // The longest that anybody needs.
        var longest = new BundleBody { Owner = ByteString.CopyFrom(new byte[ParticipantId.MaxSize]), Size = Bundles.MaxSize, Root = body.Root };
        Assert.That(Bundles.TryReadHeader(longest.ToByteString()), Is.EqualTo(longest));
        // It goes with each record of the bundle, so what is in it counts a thousand times.
        byte[] padded = [.. body.ToByteArray(), 0xfa, 0x3f, 100, .. new byte[100]];
        Assert.That(BundleBody.Parser.ParseFrom(padded).Root, Is.EqualTo(body.Root));
        Assert.That(Bundles.TryReadHeader(ByteString.CopyFrom(padded)), Is.Null);
    }

    private WholeBundle Whole(int size) => Bundles.SignWhole(Network, RecordKind.Offer, [.. Enumerable.Range(0, size).Select(i => ByteString.CopyFromUtf8($"body {i}"))], _keys);

    private WholeBundle Change(Action<WholeBundle> change)
    {
        var whole = Whole(6);
        change(whole);
        return whole;
    }

    private BundleTree? Verify(WholeBundle whole) => Bundles.Verify(Network, whole, Bundles.TryReadHeader(whole.Bundle)!, Bundles.BodiesOf(whole), _keys);
}
