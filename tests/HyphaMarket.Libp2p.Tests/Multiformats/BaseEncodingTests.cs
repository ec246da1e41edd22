using System.Text;
using HyphaMarket.Libp2p.Multiformats;

namespace HyphaMarket.Libp2p.Tests.Multiformats;

public sealed class BaseEncodingTests
{
    // RFC 4648, section 10, in lower case and without padding.
    [TestCase("", "")]
    [TestCase("f", "my")]
    [TestCase("fo", "mzxq")]
    [TestCase("foo", "mzxw6")]
    [TestCase("foob", "mzxw6yq")]
    [TestCase("fooba", "mzxw6ytb")]
    [TestCase("foobar", "mzxw6ytboi")]
    public void Base32_FollowsTheRfc(string plain, string text)
    {
        Assert.That(Base32.Encode(Encoding.ASCII.GetBytes(plain)), Is.EqualTo(text));
        Assert.That(Base32.TryDecodeMultibase("b" + text, out var bytes), Is.True);
        Assert.That(Encoding.ASCII.GetString(bytes), Is.EqualTo(plain));
    }

    [TestCase("a", Description = "five bits make no byte")]
    [TestCase("mzxw6y", Description = "a group too many")]
    [TestCase("mz", Description = "bits left over")]
    [TestCase("MY", Description = "upper case")]
    [TestCase("m1", Description = "a digit outside the alphabet")]
    [TestCase("my======", Description = "padding")]
    public void Base32_RefusesOtherText(string text)
    {
        Assert.That(Base32.TryDecode(text, out _), Is.False);
    }

    // draft-msporny-base58, section 5.
    [TestCase("48656c6c6f20576f726c6421", "2NEpo7TZRRrLZSi2U")]
    [TestCase("0000287fb4cd", "11233QC4")]
    [TestCase("", "")]
    public void Base58_FollowsTheDraft(string hex, string text)
    {
        Assert.That(Base58Btc.Encode(Convert.FromHexString(hex)), Is.EqualTo(text));
        Assert.That(Base58Btc.TryDecode(text, out var bytes), Is.True);
        Assert.That(Convert.ToHexStringLower(bytes), Is.EqualTo(hex));
    }

    [TestCase("0")]
    [TestCase("O")]
    [TestCase("I")]
    [TestCase("l")]
    [TestCase("2NEpo 7TZ")]
    [TestCase("é")]
    public void Base58_RefusesOtherText(string text)
    {
        Assert.That(Base58Btc.TryDecode(text, out _), Is.False);
    }

    [Test]
    public void Base58_RefusesEndlessText()
    {
        Assert.That(Base58Btc.TryDecode(new string('2', Base58Btc.MaxTextLength + 1), out _), Is.False);
    }
}
