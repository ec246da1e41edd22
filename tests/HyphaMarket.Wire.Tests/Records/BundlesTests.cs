using Google.Protobuf;
using HyphaMarket.Market.Ids;
using HyphaMarket.Wire.Messages;

namespace HyphaMarket.Wire.Tests.Records;

[TestFixture]
internal sealed class BundlesTests
{
    private static readonly NetworkId Network = new(Hash256.Of("a network"u8));
    private readonly Ed25519Keys _keys = Ed25519Keys.FromSeed(new byte[32]);

    [TestCase(1)]
    [TestCase(2)]
    [TestCase(3)]
    [TestCase(7)]
    [TestCase(64)]
    [TestCase(Bundles.MaxSize)]
    public void EveryRecordOfABundle_IsAuthorisedByOneSignature(int size)
    {
        var records = Bundles.Sign(Network, RecordKind.Offer, Bodies(size), _keys);
        Assert.That(records.Select(record => record.Bundle.Signature).Distinct().Count(), Is.EqualTo(1));
        foreach (var record in records.Where((_, index) => size < 100 || index % 97 == 0 || index == size - 1)) Assert.That(Holds(record));
        Assert.That(records.Max(record => record.Bundle.Siblings.Count), Is.LessThanOrEqualTo(10));
        Assert.That(records.Select(SignedRecords.IdOf), Is.EqualTo(Bodies(size).Select(body => SignedRecords.IdOf(RecordKind.Offer, body.Span))), "the same ids as with a signature each");
    }

    [Test]
    public void ABundleOfNothing_OrOfTooMuch_CannotBeSigned()
    {
        Assert.That(() => Bundles.Sign(Network, RecordKind.Offer, [], _keys), Throws.ArgumentException);
        Assert.That(() => Bundles.Sign(Network, RecordKind.Offer, Bodies(Bundles.MaxSize + 1), _keys), Throws.ArgumentException);
    }

    [Test]
    public void ARecordThatIsNotInTheBundle_IsNotAuthorised()
    {
        var records = Bundles.Sign(Network, RecordKind.Offer, Bodies(6), _keys);
        var record = records[3];
        Assert.That(Holds(Changed(record, changed => changed.Body = records[2].Body)), Is.False);
        Assert.That(Holds(Changed(record, changed => changed.Kind = RecordKind.Cancel)), Is.False);
        Assert.That(Bundles.Verify(new NetworkId(Hash256.Of("another"u8)), record, _keys.Id, _keys), Is.False);
        Assert.That(Bundles.Verify(Network, record, Ed25519Keys.FromSeed([.. Enumerable.Repeat((byte)1, 32)]).Id, _keys), Is.False);
        Assert.That(Holds(Changed(record, changed => changed.Bundle.Index = 2)), Is.False);
        Assert.That(Holds(Changed(record, changed => changed.Bundle.Index = 6)), Is.False);
        Assert.That(Holds(Changed(record, changed => changed.Bundle.Index = uint.MaxValue)), Is.False);
        Assert.That(Holds(Changed(record, changed => changed.Bundle.Signature = ByteString.Empty)), Is.False);
        Assert.That(Holds(Changed(record, changed => changed.Bundle.Siblings.Clear())), Is.False);
        Assert.That(Holds(Changed(record, changed => changed.Bundle.Siblings[0] = ByteString.CopyFrom(1))), Is.False);
        Assert.That(Holds(Changed(record, changed => changed.Bundle.Siblings.AddRange(Enumerable.Repeat(changed.Bundle.Siblings[0], 20)))), Is.False);
    }

    [Test]
    public void TheSignedSizeAndOwner_CannotBeChanged()
    {
        var record = Bundles.Sign(Network, RecordKind.Offer, Bodies(6), _keys)[3];
        foreach (var size in new uint[] { 0, 1, 5, 7, 8, Bundles.MaxSize, Bundles.MaxSize + 1, uint.MaxValue }) Assert.That(Holds(WithBundle(record, bundle => bundle.Size = size)), Is.False, $"{size}");
        Assert.That(Holds(WithBundle(record, bundle => bundle.Owner = ByteString.CopyFromUtf8("me"))), Is.False);
        Assert.That(Holds(WithBundle(record, bundle => bundle.Root = ByteString.CopyFrom(new byte[31]))), Is.False);
        Assert.That(Holds(Changed(record, changed => changed.Bundle.Bundle = ByteString.CopyFrom(0xff))), Is.False);
    }

    [Test]
    public void ANodeOfTheTree_CannotBePassedOffAsARecord()
    {
        // The body of a "record" made of two leaf hashes: without the prefixes it would hash to their parent.
        var records = Bundles.Sign(Network, RecordKind.Offer, Bodies(4), _keys);
        var leaves = records.Select(record => Bundles.Leaf(Network, RecordKind.Offer, record.Body.Span)).ToArray();
        var forged = Changed(records[0], changed =>
        {
            changed.Body = ByteString.CopyFrom([.. leaves[0].ToArray(), .. leaves[1].ToArray()]);
            changed.Bundle.Siblings.RemoveAt(0);
        });
        Assert.That(Holds(forged), Is.False);
        Assert.That(Holds(Changed(forged, changed => changed.Bundle.Index = 1)), Is.False);
    }

    private static ByteString[] Bodies(int count) => [.. Enumerable.Range(0, count).Select(i => ByteString.CopyFromUtf8($"body {i}"))];

    private bool Holds(Record record) => SignedRecords.VerifySignature(Network, record, _keys.Id, _keys);

    private static Record WithBundle(Record record, Action<BundleBody> change) => Changed(record, changed =>
    {
        var bundle = BundleBody.Parser.ParseFrom(changed.Bundle.Bundle);
        change(bundle);
        changed.Bundle.Bundle = bundle.ToByteString();
    });

    private static Record Changed(Record record, Action<Record> change)
    {
        var changed = record.Clone();
        change(changed);
        return changed;
    }
}
