using Google.Protobuf;
using HyphaMarket.Libp2p.Identity.Records;
using HyphaMarket.Libp2p.Identity.Records.Messages;
using HyphaMarket.Libp2p.Multiformats;

namespace HyphaMarket.Libp2p.Tests.Identity.Records;

[TestFixture]
public sealed class SignedPeerRecordTests
{
    private const ulong Sequence = 1_700_000_000_000_000_000;

    // Made by js-libp2p's @libp2p/peer-record with the key of Alice, so the payload and the signature are another implementation's.
    private const string JsEnvelope =
        "0a24080112208a88e3dd7409f195fd52db2d3cba5d72ca6709bf1d94121bf3748801b40f6f5c120203011a560a260024080112208a88e3dd7409f195fd52db2d3cba5d72" +
        "ca6709bf1d94121bf3748801b40f6f5c108080a8b1e39fe7cb171a0a0a0804c0000207060fa11a160a142920010db8000000000000000000000007060fa12a40eba2d892" +
        "129c08b36a526eb89d95e9add03686bb86fa8d8bcdfeea268633ad2d5a018eafff4b18a3f2f639f9ba4a576aa284f784edaca4626fc641e96e672400";

    private static readonly Multiaddr[] s_addresses = [Multiaddr.Parse("/ip4/192.0.2.7/tcp/4001"), Multiaddr.Parse("/ip6/2001:db8::7/tcp/4001")];

    [Test]
    public void Record_IsByteForByteThatOfJsLibp2p()
    {
        var own = SignedPeerRecord.Seal(TestKeys.Alice, new PeerRecord(TestKeys.Alice.PeerId, Sequence, s_addresses));
        Assert.That(Convert.ToHexStringLower(own.Bytes.Span), Is.EqualTo(JsEnvelope));
    }

    [Test]
    public void RecordOfJsLibp2p_IsOpened()
    {
        Assert.That(SignedPeerRecord.TryOpen(Convert.FromHexString(JsEnvelope), out var record, out var fault), Is.True);
        Assert.That(fault, Is.EqualTo(EnvelopeFault.None));
        Assert.That((record!.Peer, record.Record.Sequence), Is.EqualTo((TestKeys.Alice.PeerId, Sequence)));
        Assert.That(record.Record.Addresses, Is.EqualTo(s_addresses));
    }

    [Test]
    public void Record_OfAnotherPeerThanTheSigner_IsRefused()
    {
        var lie = new PeerRecord(TestKeys.Bob.PeerId, Sequence, s_addresses);
        Assert.That(() => SignedPeerRecord.Seal(TestKeys.Alice, lie), Throws.ArgumentException);
        var envelope = SignedEnvelope.Seal(TestKeys.Alice, PeerRecord.Purpose, lie.Encode());
        Assert.That(SignedPeerRecord.TryOpen(envelope.Bytes.Span, out _, out var fault), Is.False);
        Assert.That(fault, Is.EqualTo(EnvelopeFault.WrongPeer));
    }

    [Test]
    public void Payload_ThatIsNoRecord_IsRefused()
    {
        var envelope = SignedEnvelope.Seal(TestKeys.Alice, PeerRecord.Purpose, [0xFF, 0xFF]);
        Assert.That(SignedPeerRecord.TryOpen(envelope.Bytes.Span, out _, out var fault), Is.False);
        Assert.That(fault, Is.EqualTo(EnvelopeFault.MalformedPayload));
    }

    [Test]
    public void Envelope_OfARelayVoucher_IsNoPeerRecord()
    {
        var record = new PeerRecord(TestKeys.Alice.PeerId, Sequence, s_addresses);
        var voucher = SignedEnvelope.Seal(TestKeys.Alice, new EnvelopePurpose("libp2p-relay-rsvp", [0x03, 0x02]), record.Encode());
        Assert.That(SignedPeerRecord.TryOpen(voucher.Bytes.Span, out _, out var fault), Is.False);
        Assert.That(fault, Is.EqualTo(EnvelopeFault.WrongType));
    }

    [Test]
    public void Addresses_UnknownOrOfAnotherPeer_AreLeftOut_AndTheRestIsCutAtTheBound()
    {
        var message = new PeerRecordMessage { PeerId = ByteString.CopyFrom(TestKeys.Alice.PeerId.Span), Seq = 1 };
        Add([0xFF, 0x01, 0x02]);
        Add(s_addresses[0].WithPeer(TestKeys.Bob.PeerId).Bytes.ToArray());
        Add(s_addresses[1].WithPeer(TestKeys.Alice.PeerId).Bytes.ToArray());
        for (var port = 1; port <= 100; port++) Add(Multiaddr.Parse($"/ip4/192.0.2.1/tcp/{port}").Bytes.ToArray());
        Assert.That(PeerRecord.TryDecode(message.ToByteArray(), out var record), Is.True);
        Assert.That(record!.Addresses, Has.Count.EqualTo(PeerRecord.MaxAddresses - 2));
        Assert.That(record.Addresses[0], Is.EqualTo(s_addresses[1]));

        void Add(byte[] bytes) => message.Addresses.Add(new PeerRecordMessage.Types.AddressInfo { Multiaddr = ByteString.CopyFrom(bytes) });
    }

    [Test]
    public void Record_WithUnknownFields_IsRead()
    {
        byte[] extended = [.. new PeerRecord(TestKeys.Alice.PeerId, 7, s_addresses).Encode(), 0xA0, 0x06, 0x01];
        Assert.That(PeerRecord.TryDecode(extended, out var record), Is.True);
        Assert.That((record!.Sequence, record.Addresses.Count), Is.EqualTo((7UL, 2)));
    }

    [Test]
    public void Record_WithTooManyAddressesOrThoseOfAnother_IsNotMade()
    {
        var many = Enumerable.Range(1, PeerRecord.MaxAddresses + 1).Select(port => Multiaddr.Parse($"/ip4/192.0.2.1/tcp/{port}"));
        Assert.That(() => new PeerRecord(TestKeys.Alice.PeerId, 1, many), Throws.ArgumentException);
        Assert.That(() => new PeerRecord(TestKeys.Alice.PeerId, 1, [s_addresses[0].WithPeer(TestKeys.Bob.PeerId)]), Throws.ArgumentException);
        Assert.That(() => new PeerRecord(default, 1, s_addresses), Throws.ArgumentException);
    }

    [Test]
    public void MutatedRecords_AreRefusedAndNeverThrow([Values(1, 2, 20261122)] int seed)
    {
        const int Rounds = 5_000;
        TestContext.Out.WriteLine($"seed {seed}");
        var random = new Random(seed);
        var good = Convert.FromHexString(JsEnvelope);
        var payload = new PeerRecord(TestKeys.Alice.PeerId, Sequence, s_addresses).Encode();
        var decoded = 0;
        for (var round = 0; round < Rounds; round++)
        {
            var bytes = Mutated(random, good);
            Assert.That(SignedPeerRecord.TryOpen(bytes, out _, out _), Is.EqualTo(bytes.AsSpan().SequenceEqual(good)), () => $"round {round}: {Convert.ToHexStringLower(bytes)}");
            // Past the signature the record's own parser is on its own: a peer may sign anything.
            if (PeerRecord.TryDecode(Mutated(random, payload), out var record))
            {
                decoded++;
                Assert.That(PeerRecord.TryDecode(record.Encode(), out var again), Is.True);
                Assert.That(again!.Addresses, Is.EqualTo(record.Addresses));
            }
        }
        Assert.That(decoded, Is.GreaterThan(Rounds / 10), "the mutations are too coarse to reach the inside");
    }

    private static byte[] Mutated(Random random, byte[] good)
    {
        var bytes = good.ToList();
        for (var changes = random.Next(1, 4); changes > 0; changes--)
        {
            var at = random.Next(bytes.Count);
            switch (random.Next(3))
            {
                case 0:
                    bytes.Insert(at, (byte)random.Next(256));
                    break;
                case 1:
                    bytes[at] = (byte)random.Next(256);
                    break;
                default:
                    bytes.RemoveRange(at, random.Next(1, Math.Min(4, bytes.Count - at) + 1));
                    break;
            }
        }
        return [.. bytes];
    }
}
