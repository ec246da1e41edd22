using HyphaMarket.Node.Configuration;
using HyphaMarket.Node.Hosting;

namespace HyphaMarket.Node.Tests.Configuration;

public sealed class NetworkDocumentTests
{
    private const string Small = """{ "name": "mine", "genesis": "2026-11-01T00:00:00Z", "slotLengthMs": 1000 }""";

    [Test]
    public void Document_WithNameGenesisAndSlotLength_TakesTheRestFromTheDefaults()
    {
        var p = NetworkDocument.Parse(Small, "test").Parameters;
        Assert.Multiple(() =>
        {
            Assert.That((p.NetworkBoundMs, p.ClockBoundMs), Is.EqualTo((200L, 100L)), "D = L/5, S = L/10");
            Assert.That((p.ActivationPairs, p.EpochLengthMs), Is.EqualTo((2u, 600_000L)));
            Assert.That((p.BrokerFloor, p.BrokerCap, p.BookDepth), Is.EqualTo((5u, 31u, 1_024u)));
            Assert.That((p.OpenOffers, p.LargestOpenUnits, p.TtlCapMs, p.WorkBits), Is.EqualTo((64u, 64u, 600_000L, 12u)));
            Assert.That((p.SpotClearingRule, p.KademliaPrefix), Is.EqualTo(("pairwise-mean", "/hypha/kad/1.0.0")));
        });
    }

    [Test]
    public void Document_Written_ReadsBackToTheSameNetworkId()
    {
        foreach (var network in new[] { NetworkDocument.Main, NetworkDocument.Devnet, NetworkDocument.Parse(Small, "test") })
        {
            Assert.That(NetworkDocument.Parse(NetworkDocument.Write(network), "written").Id, Is.EqualTo(network.Id));
        }
    }

    [Test]
    public void NetworkId_OfAnyOtherValue_IsAnother()
    {
        var ids = new[] { Small, Small.Replace("mine", "yours"), Small.Replace("1000", "2000"), Small.Replace("2026-11-01", "2026-11-02"), Small.Replace("}", ", \"workBits\": 13 }") }
            .Select(json => NetworkDocument.Parse(json, "test").Id).ToList();
        Assert.That(ids, Is.Unique);
    }

    // An independent encoding of the canonical bytes (fields ascending, defaults left out), so that the id cannot drift with a library.
    [Test]
    public void NetworkId_OfTheDevnet_IsTheHashOfItsCanonicalBytes()
    {
        var p = NetworkDocument.Devnet.Parameters;
        var bytes = new List<byte>();
        Text(1, p.Name);
        foreach (var (field, value) in new (int, long)[]
        {
            (2, p.GenesisUnixMs), (3, p.SlotLengthMs), (4, p.NetworkBoundMs), (5, p.ClockBoundMs), (6, p.ActivationPairs), (7, p.EpochLengthMs), (8, p.BrokerFloor),
            (9, p.BrokerCap), (10, p.BookDepth), (11, p.OpenOffers), (12, p.LargestOpenUnits), (13, p.TtlCapMs), (14, p.WorkBits),
        })
        {
            Varint(field << 3);
            Varint(value);
        }
        Text(15, p.SpotClearingRule);
        Text(16, p.KademliaPrefix);
        Assert.That(NetworkDocument.Devnet.Id.Value, Is.EqualTo(Market.Ids.Hash256.Of(bytes.ToArray())));

        void Varint(long value)
        {
            for (; value >= 0x80; value >>= 7) bytes.Add((byte)(value | 0x80));
            bytes.Add((byte)value);
        }

        void Text(int field, string text)
        {
            Varint((field << 3) | 2);
            Varint(text.Length);
            bytes.AddRange(System.Text.Encoding.ASCII.GetBytes(text));
        }
    }

    [TestCase("""{ "name": "mine", "genesis": "2026-11-01T00:00:00Z", "slotLenghtMs": 1000 }""", "unknown-key", "slotLengthMs")]
    [TestCase("""{ "name": "mine", "slotLengthMs": 1000 }""", "bad-network", "genesis")]
    [TestCase("""{ "name": "Mine!", "genesis": "2026-11-01T00:00:00Z", "slotLengthMs": 1000 }""", "bad-network", "name")]
    [TestCase("""{ "name": "mine", "genesis": "yesterday", "slotLengthMs": 1000 }""", "bad-value", "genesis")]
    [TestCase("""{ "name": "mine", "genesis": "2026-11-01T00:00:00Z", "slotLengthMs": 1 }""", "bad-network", "slotLengthMs")]
    [TestCase("""{ "name": "mine", "genesis": "2026-11-01T00:00:00Z", "slotLengthMs": "1000" }""", "bad-value", "slotLengthMs")]
    [TestCase("""{ "name": "mine", "genesis": "2026-11-01T00:00:00Z", "slotLengthMs": 1000, "clockBoundMs": 450 }""", "bad-network", "networkBoundMs")]
    [TestCase("""{ "name": "mine", "genesis": "2026-11-01T00:00:00Z", "slotLengthMs": 1000, "brokerCap": 4 }""", "bad-network", "brokerCap")]
    [TestCase("""{ "name": "mine", "genesis": "2026-11-01T00:00:00Z", "slotLengthMs": 1000, "bookDepth": 7 }""", "bad-network", "bookDepth")]
    [TestCase("""{ "name": "mine", "genesis": "2026-11-01T00:00:00Z", "slotLengthMs": 1000, "workBits": -1 }""", "bad-value", "workBits")]
    [TestCase("""{ "name": "mine", "genesis": "2026-11-01T00:00:00Z", "slotLengthMs": 1000, "workBits": 12, "workBits": 13 }""", "bad-network", "workBits")]
    [TestCase("""{ "name": "mine", "genesis": "2026-11-01T00:00:00Z", "slotLengthMs": 1000, "spotClearingRule": "random" }""", "bad-network", "spotClearingRule")]
    [TestCase("""[]""", "bad-network", "test")]
    [TestCase("""{ "name": """, "bad-network", "test")]
    public void Document_ThatBreaksARule_IsRefusedWithTheReason(string json, string code, string names)
    {
        var fatal = Assert.Throws<FatalException>(() => NetworkDocument.Parse(json, "test"))!;
        Assert.That(fatal.ExitCode, Is.EqualTo(ExitCode.BadConfiguration));
        Assert.That(fatal.Problems, Has.Some.Matches<Problem>(problem => problem!.Code == code && problem.ToString().Contains(names, StringComparison.Ordinal)), fatal.Message);
    }
}
