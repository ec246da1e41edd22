using System.Text;
using HyphaMarket.Libp2p.Discovery.Dns;

namespace HyphaMarket.Libp2p.Tests.Discovery.Dns;

[TestFixture]
public sealed class DnsMessageTests
{
    // A response as a common server writes it: the answer's name is a pointer to the question's, two strings in the text.
    private const string Compressed =
        "1234" + "8180" + "0001" + "0002" + "0000" + "0000" +
        "085f646e7361646472" + "076578616d706c65" + "036f7267" + "00" + "0010" + "0001" +
        "c00c" + "0010" + "0001" + "0000003c" + "0009" + "03616263" + "0464656667" +
        "c015" + "0005" + "0001" + "0000003c" + "0002" + "c00c";

    [Test]
    public void CompressedMessage_IsRead()
    {
        Assert.That(DnsMessage.TryParse(Convert.FromHexString(Compressed), out var message), Is.True);
        Assert.That((message!.Id, message.IsResponse, message.IsTruncated, message.Code), Is.EqualTo(((ushort)0x1234, true, false, 0)));
        Assert.That(message.Questions, Is.EqualTo(new[] { new DnsQuestion(DnsName.Parse("_DNSADDR.Example.org"), DnsType.Txt) }));
        Assert.That(message.Records[0].Texts.Select(text => Encoding.ASCII.GetString(text.Span)), Is.EqualTo(new[] { "abc", "defg" }));
        Assert.That((message.Records[1].Name.ToString(), message.Records[1].Target!.ToString()), Is.EqualTo(("example.org", "_dnsaddr.example.org")));
        Assert.That(message.Records.Select(record => record.Ttl), Is.All.EqualTo(TimeSpan.FromMinutes(1)));
    }

    [Test]
    public void Query_IsTheseBytes() => Assert.That(
        Convert.ToHexStringLower(DnsMessage.Query(0x1234, new DnsQuestion(DnsName.Parse("a.bc"), DnsType.Txt))),
        Is.EqualTo("1234" + "0100" + "0001" + "0000" + "0000" + "0000" + "0161" + "026263" + "00" + "0010" + "0001"));

    [TestCase("c00c", Description = "to itself")]
    [TestCase("c00e", Description = "forwards")]
    [TestCase("01c00c", Description = "a label cut short by the message's end")]
    [TestCase("4161", Description = "a label type that does not exist")]
    [TestCase("c0", Description = "half a pointer")]
    [TestCase("0161c00c", Description = "a circle over a label")]
    public void NameThatNeverEnds_IsRefused(string name) =>
        Assert.That(DnsMessage.TryParse(Convert.FromHexString("123401000001000000000000" + name + "00100001"), out _), Is.False);

    [Test]
    public void PointersThatOnlyEverGoBack_AreBoundedByTheLengthOfAName()
    {
        // Each pointer leads to the label before it, so the name grows by two bytes with every step back.
        var bytes = new List<byte>(Convert.FromHexString("123401000001000000000000"));
        bytes.AddRange([1, (byte)'a', 0]);
        var last = 12;
        for (var i = 0; i < 200; i++)
        {
            var at = bytes.Count;
            bytes.AddRange([1, (byte)'a', (byte)(0xC0 | (last >> 8)), (byte)last]);
            last = at;
        }
        var position = last;
        Assert.That(DnsName.TryRead([.. bytes], ref position, out _), Is.False);
    }

    [Test]
    public void CountsBeyondTheBounds_AreRefused()
    {
        Assert.That(DnsMessage.TryParse(Convert.FromHexString("1234" + "8180" + "0021" + "0000" + "0000" + "0000"), out _), Is.False);
        Assert.That(DnsMessage.TryParse(Convert.FromHexString("1234" + "8180" + "0000" + "0201" + "0000" + "0000"), out _), Is.False);
        Assert.That(DnsMessage.TryParse(Convert.FromHexString("1234" + "8180" + "0000" + "0200" + "0000" + "0000"), out _), Is.False, "records are announced and missing");
    }

    [Test]
    public void EveryPrefix_IsRefused()
    {
        var good = Convert.FromHexString(Compressed);
        for (var length = 0; length < good.Length; length++) Assert.That(DnsMessage.TryParse(good.AsSpan(0, length), out _), Is.False, $"{length} bytes");
    }

    [TestCase("")]
    [TestCase(".")]
    [TestCase("a..b")]
    [TestCase("a b")]
    [TestCase("ä.example")]
    public void Text_ThatIsNoName_IsRefused(string text) => Assert.That(DnsName.TryParse(text, out _), Is.False);

    [Test]
    public void Name_IsBoundedInItsLabelsAndInTheWhole()
    {
        Assert.That(DnsName.TryParse(new string('a', 63) + ".example", out _), Is.True);
        Assert.That(DnsName.TryParse(new string('a', 64) + ".example", out _), Is.False);
        var longest = string.Join('.', Enumerable.Repeat(new string('a', 61), 4)) + ".aaaa";
        Assert.That(DnsName.Parse(longest).Wire.Length, Is.EqualTo(254));
        Assert.That(DnsName.TryParse(longest + "a", out _), Is.True);
        Assert.That(DnsName.TryParse(longest + "aa", out _), Is.False);
    }

    [Test]
    public void Name_BelowAnother_IsToldByLabels()
    {
        var service = DnsName.Parse("_p2p._udp.local");
        Assert.That(DnsName.Parse("abc._P2P._udp.local").IsBelow(service), Is.True);
        Assert.That(DnsName.Parse("x.abc._p2p._udp.local").IsBelow(service), Is.True);
        Assert.That(service.IsBelow(service), Is.False);
        Assert.That(DnsName.Parse("abc_p2p._udp.local").IsBelow(service), Is.False);
        Assert.That(DnsName.Parse("local").IsBelow(service), Is.False);
    }

    [Test]
    public void MutatedMessages_AreReadOrRefused_AndNeverThrow([Values(1, 2, 20261122)] int seed)
    {
        const int Rounds = 20_000;
        TestContext.Out.WriteLine($"seed {seed}");
        var random = new Random(seed);
        var good = Convert.FromHexString(Compressed);
        var read = 0;
        for (var round = 0; round < Rounds; round++)
        {
            var bytes = good.ToArray();
            for (var changes = random.Next(1, 5); changes > 0; changes--) bytes[random.Next(bytes.Length)] = random.Next(3) == 0 ? (byte)(0xC0 | random.Next(4)) : (byte)random.Next(256);
            if (random.Next(4) == 0) bytes = bytes[..random.Next(bytes.Length)];
            if (!DnsMessage.TryParse(bytes, out var message)) continue;
            read++;
            // What was read can be written and read again.
            var written = DnsMessage.Encode(message!.Id, 0x8180, message.Questions, message.Records);
            Assert.That(DnsMessage.TryParse(written, out var again), Is.True, () => $"round {round}: {Convert.ToHexStringLower(bytes)}");
            Assert.That(again!.Records.Select(record => (record.Name, record.Type, record.Ttl, record.Target, record.Texts.Count)), Is.EqualTo(message.Records.Select(record => (record.Name, record.Type, record.Ttl, record.Target, record.Texts.Count))));
            _ = string.Concat(message.Records.Select(record => record.Name.ToString()));
        }
        Assert.That(read, Is.GreaterThan(Rounds / 20), "the mutations are too coarse to reach the inside");
    }
}
