using System.Text;
using HyphaMarket.Libp2p.Multiformats;

namespace HyphaMarket.Libp2p.Tests.Multiformats;

public sealed class CidV1Tests
{
    [Test]
    public void RawContent_HasItsKnownCid()
    {
        var cid = CidV1.Create(CidV1.RawCodec, Multihash.Sha256(Encoding.ASCII.GetBytes("hello world")));
        Assert.That(cid.ToString(), Is.EqualTo("bafkreifzjut3te2nhyekklss27nh3k72ysco7y32koao5eei66wof36n5e"));
        Assert.That(CidV1.TryParse(cid.ToString(), out var again), Is.True);
        Assert.Multiple(() =>
        {
            Assert.That(again, Is.EqualTo(cid));
            Assert.That(again!.Codec, Is.EqualTo(CidV1.RawCodec));
            Assert.That(again.Hash, Is.EqualTo(cid.Hash));
            Assert.That(CidV1.TryParse("z" + Base58Btc.Encode(cid.Bytes.Span), out var inBase58) ? inBase58 : null, Is.EqualTo(cid));
        });
    }

    [TestCase("")]
    [TestCase("b")]
    [TestCase("z")]
    [TestCase("QmYyQSo1c1Ym7orWxLYvCrM2EmxFTANf8wXmmE7DWjhx5N", Description = "version 0")]
    [TestCase("bafkreifzjut3te2nhyekklss27nh3k72ysco7y32koao5eei66wof36n5", Description = "cut short")]
    public void OtherText_IsNoCid(string text)
    {
        Assert.That(CidV1.TryParse(text, out _), Is.False);
    }

    [TestCase("1220", Description = "no digest")]
    [TestCase("122000", Description = "one byte of 32")]
    [TestCase("12010000", Description = "a byte too many")]
    [TestCase("120100", Description = "SHA-256 of one byte")]
    [TestCase("008101", Description = "129 bytes announced")]
    public void OtherBytes_AreNoMultihash(string hex)
    {
        Assert.That(Multihash.TryFromBytes(Convert.FromHexString(hex), out _), Is.False);
    }
}
