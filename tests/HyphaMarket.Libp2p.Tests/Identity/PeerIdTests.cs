using HyphaMarket.Libp2p.Identity;

namespace HyphaMarket.Libp2p.Tests.Identity;

public sealed class PeerIdTests
{
    // The examples of libp2p/specs peer-ids/peer-ids.md.
    private const string Ed25519Text = "12D3KooWD3eckifWpRn9wQpMG9R9hX3sD158z7EqHWmweQAJU5SA";
    private const string RsaText = "QmYyQSo1c1Ym7orWxLYvCrM2EmxFTANf8wXmmE7DWjhx5N";
    private const string CidText = "bafzbeie5745rpv2m6tjyuugywy4d5ewrqgqqhfnf445he3omzpjbx5xqxe";

    [TestCase(Ed25519Text)]
    [TestCase(RsaText)]
    public void Base58Text_IsReadAndWrittenBack(string text)
    {
        Assert.That(PeerId.Parse(text).ToString(), Is.EqualTo(text));
    }

    [Test]
    public void CidText_NamesTheSamePeerAsItsBase58Text()
    {
        Assert.Multiple(() =>
        {
            Assert.That(PeerId.Parse(CidText), Is.EqualTo(PeerId.Parse(RsaText)));
            Assert.That(PeerId.Parse(RsaText).ToCidString(), Is.EqualTo(CidText));
            Assert.That(PeerId.Parse(PeerId.Parse(Ed25519Text).ToCidString()).ToString(), Is.EqualTo(Ed25519Text));
        });
    }

    [Test]
    public void Ed25519Id_HoldsItsPublicKey()
    {
        var id = PeerId.Parse(Ed25519Text);
        Assert.That(id.TryGetPublicKey(out var key), Is.True);
        Assert.Multiple(() =>
        {
            Assert.That(key!.Type, Is.EqualTo(KeyType.Ed25519));
            Assert.That(key.PeerId, Is.EqualTo(id));
            Assert.That(PeerId.Parse(RsaText).TryGetPublicKey(out _), Is.False);
        });
    }

    [TestCase("")]
    [TestCase("1")]
    [TestCase("Qm")]
    [TestCase("12D3KooWD3eckifWpRn9wQpMG9R9hX3sD158z7EqHWmweQAJU5S")]
    [TestCase("12D3KooWD3eckifWpRn9wQpMG9R9hX3sD158z7EqHWmweQAJU5S0")]
    [TestCase("hello")]
    [TestCase("12D3KooWrong", Description = "decodes to a well-formed identity multihash of seven bytes that are no key")]
    // A CID of raw content (codec 0x55) is no peer's name.
    [TestCase("bafkreie5745rpv2m6tjyuugywy4d5ewrqgqqhfnf445he3omzpjbx5xqxe")]
    public void OtherText_IsNoPeerId(string text)
    {
        Assert.That(PeerId.TryParse(text, out _), Is.False);
    }

    [TestCase("")]
    [TestCase("00")]
    [TestCase("0000")]
    [TestCase("1220")]
    [TestCase("12200102", Description = "length says 32, two bytes follow")]
    [TestCase("110100", Description = "SHA-1 names no peer")]
    [TestCase("002b000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000", Description = "43 inlined bytes should have been hashed")]
    public void OtherBytes_AreNoPeerId(string hex)
    {
        Assert.That(PeerId.TryFromBytes(Convert.FromHexString(hex), out _), Is.False);
    }

    [Test]
    public void DefaultId_NamesNobody()
    {
        Assert.Multiple(() =>
        {
            Assert.That(default(PeerId).IsDefault, Is.True);
            Assert.That(default(PeerId).ToString(), Is.Empty);
            Assert.That(default(PeerId).TryGetPublicKey(out _), Is.False);
            Assert.That(default(PeerId), Is.Not.EqualTo(PeerId.Parse(RsaText)));
        });
    }
}
