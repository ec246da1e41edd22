using HyphaMarket.Libp2p.Identity.Records;
using HyphaMarket.Libp2p.Relay;

namespace HyphaMarket.Libp2p.Tests.Relay;

[TestFixture]
public sealed class ReservationVoucherTests
{
    private static readonly DateTimeOffset s_expires = RelayPeers.Now.AddHours(1);

    [Test]
    public void Voucher_SealedByTheRelay_Opens()
    {
        using var relay = RelayPeers.Keys(1);
        var sealedVoucher = ReservationVoucher.Seal(relay, RelayPeers.Id(2), s_expires.AddMilliseconds(700));
        Assert.That(ReservationVoucher.TryOpen(sealedVoucher.Bytes.Span, out var voucher, out var fault), Is.True);
        Assert.That((voucher!.Relay, voucher.Peer, voucher.Expires, fault), Is.EqualTo((relay.PeerId, RelayPeers.Id(2), s_expires, EnvelopeFault.None)));
        Assert.That(voucher.Bytes.ToArray(), Is.EqualTo(sealedVoucher.Bytes.ToArray()));
    }

    [Test]
    public void Voucher_InTheNameOfAnotherRelay_IsRefused()
    {
        using var relay = RelayPeers.Keys(1);
        using var forger = RelayPeers.Keys(3);
        // The payload names the relay, and the forger signs it.
        var payload = ReservationVoucher.Seal(relay, RelayPeers.Id(2), s_expires).Envelope.Payload;
        var forged = SignedEnvelope.Seal(forger, ReservationVoucher.Purpose, payload.Span);
        Assert.That(ReservationVoucher.TryOpen(forged.Bytes.Span, out _, out var fault), Is.False);
        Assert.That(fault, Is.EqualTo(EnvelopeFault.WrongPeer));
    }

    [Test]
    public void Envelope_OfAnotherPurpose_IsNoVoucher()
    {
        using var relay = RelayPeers.Keys(1);
        var payload = ReservationVoucher.Seal(relay, RelayPeers.Id(2), s_expires).Envelope.Payload;
        var record = SignedEnvelope.Seal(relay, PeerRecord.Purpose, payload.Span);
        Assert.That(ReservationVoucher.TryOpen(record.Bytes.Span, out _, out var fault), Is.False);
        Assert.That(fault, Is.EqualTo(EnvelopeFault.WrongType));
    }

    [Test]
    public void Payload_ThatIsNoVoucher_IsRefused()
    {
        using var relay = RelayPeers.Keys(1);
        foreach (var payload in new byte[][] { [1], [0x0A, 0x00], [0xFF, 0xFF], "text"u8.ToArray() })
        {
            var envelope = SignedEnvelope.Seal(relay, ReservationVoucher.Purpose, payload);
            Assert.That(ReservationVoucher.TryOpen(envelope.Bytes.Span, out _, out var fault), Is.False);
            Assert.That(fault, Is.EqualTo(EnvelopeFault.MalformedPayload));
        }
    }

    [Test]
    public void EveryChangedByte_IsRefused()
    {
        using var relay = RelayPeers.Keys(1);
        var bytes = ReservationVoucher.Seal(relay, RelayPeers.Id(2), s_expires).Bytes.ToArray();
        for (var i = 0; i < bytes.Length; i++)
        {
            var changed = (byte[])bytes.Clone();
            changed[i] ^= 0x10;
            Assert.That(ReservationVoucher.TryOpen(changed, out _, out _), Is.False, $"byte {i}");
        }
    }
}
