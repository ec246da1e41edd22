using Google.Protobuf;
using HyphaMarket.Libp2p.Identity;
using HyphaMarket.Libp2p.Identity.Records;
using HyphaMarket.Libp2p.Identity.Records.Messages;

namespace HyphaMarket.Libp2p.Tests.Identity.Records;

[TestFixture]
public sealed class SignedEnvelopeTests
{
    private static readonly EnvelopePurpose s_purpose = new("a-domain", [0x03, 0x7F]);
    private static readonly byte[] s_payload = "payload"u8.ToArray();

    [Test]
    public void Envelope_OpensForItsPurpose_WithItsSignerAndPayload()
    {
        var sealedOne = SignedEnvelope.Seal(TestKeys.Alice, s_purpose, s_payload);
        Assert.That(SignedEnvelope.TryOpen(sealedOne.Bytes.Span, s_purpose, out var opened, out var fault), Is.True);
        Assert.That(fault, Is.EqualTo(EnvelopeFault.None));
        Assert.That(opened!.Signer, Is.EqualTo(TestKeys.Alice.PublicKey));
        Assert.That(opened.Payload.ToArray(), Is.EqualTo(s_payload));
        Assert.That(opened.Bytes.ToArray(), Is.EqualTo(sealedOne.Bytes.ToArray()));
    }

    [Test]
    public void Envelope_OfAnotherDomain_HasTheWrongSignature() =>
        Assert.That(Fault(Sealed(), new EnvelopePurpose("another-domain", s_purpose.PayloadType.Span)), Is.EqualTo(EnvelopeFault.WrongSignature));

    [Test]
    public void Envelope_OfAnotherType_IsRefused() =>
        Assert.That(Fault(Sealed(), new EnvelopePurpose("a-domain", [0x03, 0x01])), Is.EqualTo(EnvelopeFault.WrongType));

    [Test]
    public void Envelope_WithTheKeyOfAnother_HasTheWrongSignature() =>
        Assert.That(Fault(Changed(envelope => envelope.PublicKey = ByteString.CopyFrom(TestKeys.Bob.PublicKey.Protobuf.Span))), Is.EqualTo(EnvelopeFault.WrongSignature));

    [Test]
    public void Envelope_WithAnotherPayload_HasTheWrongSignature() =>
        Assert.That(Fault(Changed(envelope => envelope.Payload = ByteString.CopyFromUtf8("paybold"))), Is.EqualTo(EnvelopeFault.WrongSignature));

    [Test]
    public void Envelope_WhosePartsAreCutElsewhere_HasTheWrongSignature()
    {
        // Without lengths before the parts these two would sign the same bytes.
        var one = new EnvelopePurpose("domain", [1, 2]);
        var other = new EnvelopePurpose("domain\u0001", [2]);
        var envelope = Envelope.Parser.ParseFrom(SignedEnvelope.Seal(TestKeys.Alice, one, s_payload).Bytes.Span);
        envelope.PayloadType = ByteString.CopyFrom(2);
        Assert.That(Fault(envelope.ToByteArray(), other), Is.EqualTo(EnvelopeFault.WrongSignature));
    }

    [Test]
    public void Envelope_WithoutOneOfItsParts_IsMalformed()
    {
        Assert.That(Fault(Changed(envelope => envelope.PublicKey = ByteString.Empty)), Is.EqualTo(EnvelopeFault.Malformed));
        Assert.That(Fault(Changed(envelope => envelope.Payload = ByteString.Empty)), Is.EqualTo(EnvelopeFault.Malformed));
        Assert.That(Fault(Changed(envelope => envelope.Signature = ByteString.Empty)), Is.EqualTo(EnvelopeFault.Malformed));
        Assert.That(Fault([]), Is.EqualTo(EnvelopeFault.Malformed));
    }

    [Test]
    public void Envelope_WithWhatNoSignatureCovers_IsMalformed()
    {
        var good = Sealed();
        byte[] unknownField = [.. good, 0x30, 0x01];
        byte[] repeatedType = [0x12, 0x02, 0x03, 0x7F, .. good];
        Assert.That(Fault(unknownField), Is.EqualTo(EnvelopeFault.Malformed));
        Assert.That(Fault(repeatedType), Is.EqualTo(EnvelopeFault.Malformed));
        // The type's length of two in two bytes of varint.
        var at = good.AsSpan().IndexOf(new byte[] { 0x12, 0x02, 0x03, 0x7F });
        byte[] padded = [.. good[..at], 0x12, 0x82, 0x00, .. good[(at + 2)..]];
        Assert.That(Fault(padded), Is.EqualTo(EnvelopeFault.Malformed));
    }

    [Test]
    public void Lengths_AtTheirLimitsArePassed_AndBeyondThemRefused()
    {
        var longest = SignedEnvelope.Seal(TestKeys.Alice, s_purpose, new byte[SignedEnvelope.MaxPayloadLength]);
        Assert.That(SignedEnvelope.TryOpen(longest.Bytes.Span, s_purpose, out _, out _), Is.True);
        Assert.That(() => SignedEnvelope.Seal(TestKeys.Alice, s_purpose, new byte[SignedEnvelope.MaxPayloadLength + 1]), Throws.ArgumentException);
        Assert.That(() => SignedEnvelope.Seal(TestKeys.Alice, s_purpose, []), Throws.ArgumentException);
        Assert.That(Fault(Changed(envelope => envelope.Payload = ByteString.CopyFrom(new byte[SignedEnvelope.MaxPayloadLength + 1]))), Is.EqualTo(EnvelopeFault.Malformed));
        Assert.That(Fault(new byte[SignedEnvelope.MaxLength + 1]), Is.EqualTo(EnvelopeFault.Malformed));
    }

    [Test]
    public void Purpose_WithoutADomainOrType_OrTooLong_IsRefused()
    {
        Assert.That(() => new EnvelopePurpose("", [1]), Throws.ArgumentException);
        Assert.That(() => new EnvelopePurpose("a", []), Throws.ArgumentException);
        Assert.That(() => new EnvelopePurpose(new string('a', EnvelopePurpose.MaxLength + 1), [1]), Throws.ArgumentException);
        Assert.That(() => new EnvelopePurpose("a", new byte[EnvelopePurpose.MaxLength + 1]), Throws.ArgumentException);
    }

    [Test]
    public void EveryPrefix_IsMalformed()
    {
        var good = Sealed();
        for (var length = 0; length < good.Length; length++) Assert.That(Fault(good[..length]), Is.EqualTo(EnvelopeFault.Malformed), $"{length} bytes");
    }

    private static byte[] Sealed() => SignedEnvelope.Seal(TestKeys.Alice, s_purpose, s_payload).Bytes.ToArray();

    private static byte[] Changed(Action<Envelope> change)
    {
        var envelope = Envelope.Parser.ParseFrom(Sealed());
        change(envelope);
        return envelope.ToByteArray();
    }

    private static EnvelopeFault Fault(byte[] bytes, EnvelopePurpose? purpose = null)
    {
        Assert.That(SignedEnvelope.TryOpen(bytes, purpose ?? s_purpose, out var envelope, out var fault), Is.False);
        Assert.That(envelope, Is.Null);
        return fault;
    }
}
