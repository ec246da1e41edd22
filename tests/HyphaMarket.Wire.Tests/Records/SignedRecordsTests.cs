using Google.Protobuf;
using HyphaMarket.Market.Ids;
using HyphaMarket.Wire.Messages;

namespace HyphaMarket.Wire.Tests.Records;

[TestFixture]
internal sealed class SignedRecordsTests
{
    private static readonly NetworkId Network = new(Hash256.Of("a network"u8));
    private static readonly ByteString Body = ByteString.CopyFromUtf8("a body");
    private readonly Ed25519Keys _keys = Ed25519Keys.FromSeed(new byte[32]);

    private static IEnumerable<RecordKind> Kinds => Enum.GetValues<RecordKind>().Where(kind => kind != RecordKind.Unspecified);

    [Test]
    public void EveryKind_HasATagOfItsOwn_AndNoTagBeginsAnother()
    {
        var tags = Kinds.Select(kind => System.Text.Encoding.ASCII.GetString(DomainTags.Of(kind)))
            .Append(System.Text.Encoding.ASCII.GetString(DomainTags.Bundle))
            .Append(System.Text.Encoding.ASCII.GetString(DomainTags.EpochPrepare))
            .Append(System.Text.Encoding.ASCII.GetString(DomainTags.EpochCommit))
            .Append(System.Text.Encoding.ASCII.GetString(DomainTags.Match))
            .ToArray();
        Assert.That(tags, Is.Unique);
        Assert.That(tags.Where(tag => tags.Any(other => other != tag && other.StartsWith(tag, StringComparison.Ordinal))), Is.Empty, "else bytes of one kind could be read as another's");
        Assert.That(tags, Is.All.StartsWith("hypha-market/").And.All.EndsWith("/v1"));
    }

    [TestCase(RecordKind.Unspecified)]
    [TestCase((RecordKind)99)]
    [TestCase((RecordKind)(-1))]
    public void AnUnknownKind_HasNoTag(RecordKind kind)
    {
        Assert.That(DomainTags.IsKnown(kind), Is.False);
        Assert.That(() => DomainTags.Of(kind).Length, Throws.TypeOf<ArgumentOutOfRangeException>());
    }

    [Test]
    public void ASignature_HoldsForItsKindNetworkBodyAndSignerOnly()
    {
        var record = SignedRecords.Sign(Network, RecordKind.Offer, Body, _keys);
        Assert.That(Holds(Network, record));
        Assert.That(Holds(new NetworkId(Hash256.Of("another"u8)), record), Is.False);
        foreach (var kind in Kinds.Where(kind => kind != RecordKind.Offer)) Assert.That(Holds(Network, Changed(record, changed => changed.Kind = kind)), Is.False, kind.ToString());
        Assert.That(Holds(Network, Changed(record, changed => changed.Body = ByteString.CopyFromUtf8("a bodY"))), Is.False);
        Assert.That(Holds(Network, Changed(record, changed => changed.Signature = ByteString.CopyFrom(record.Signature.Span[..63]))), Is.False);
        Assert.That(Holds(Network, Changed(record, changed => changed.ClearAuthorisation())), Is.False);
        Assert.That(Holds(Network, Changed(record, changed => changed.Members = new MemberSignatures { Signatures = { new MemberSignature { Signature = record.Signature } } })), Is.False, "members' signatures are for broker sets");
        Assert.That(Holds(Network, Changed(record, changed => changed.Both = new CoSignatures { Buyer = record.Signature, Seller = record.Signature })), Is.False);
        Assert.That(SignedRecords.VerifySignature(Network, record, Ed25519Keys.FromSeed([.. Enumerable.Repeat((byte)1, 32)]).Id, _keys), Is.False);
    }

    [Test]
    public void TheId_IsOfKindAndBodyAlone()
    {
        var record = SignedRecords.Sign(Network, RecordKind.Offer, Body, _keys);
        var id = SignedRecords.IdOf(record);
        Assert.That(SignedRecords.IdOf(Changed(record, changed => changed.WorkNonce = 7)), Is.EqualTo(id));
        Assert.That(SignedRecords.IdOf(Changed(record, changed => changed.Signature = ByteString.CopyFrom(new byte[64]))), Is.EqualTo(id));
        Assert.That(SignedRecords.IdOf(Changed(record, changed => changed.Signer = Body)), Is.EqualTo(id));
        Assert.That(SignedRecords.IdOf(Changed(record, changed => changed.Kind = RecordKind.Cancel)), Is.Not.EqualTo(id));
        Assert.That(Kinds.Select(kind => SignedRecords.IdOf(kind, Body.Span)), Is.Unique);
    }

    [Test]
    public void BytesThatParseToTheSameMessage_AreAnotherRecord()
    {
        // Protobuf takes fields in any order: the signed bytes are the identity, not what they say.
        var first = ByteString.CopyFrom(0x10, 0x01, 0x30, 0x02);
        var second = ByteString.CopyFrom(0x30, 0x02, 0x10, 0x01);
        Assert.That(OfferBody.Parser.ParseFrom(first), Is.EqualTo(OfferBody.Parser.ParseFrom(second)));
        Assert.That(SignedRecords.IdOf(RecordKind.Offer, first.Span), Is.Not.EqualTo(SignedRecords.IdOf(RecordKind.Offer, second.Span)));
        var record = SignedRecords.Sign(Network, RecordKind.Offer, first, _keys);
        Assert.That(Holds(Network, Changed(record, changed => changed.Body = second)), Is.False);
    }

    private bool Holds(NetworkId network, Record record) => SignedRecords.VerifySignature(network, record, _keys.Id, _keys);

    private static Record Changed(Record record, Action<Record> change)
    {
        var changed = record.Clone();
        change(changed);
        return changed;
    }
}
