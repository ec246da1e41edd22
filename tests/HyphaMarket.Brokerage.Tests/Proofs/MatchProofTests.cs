using System.Security.Cryptography;
using Google.Protobuf;
using HyphaMarket.Brokerage.Proofs;
using HyphaMarket.Brokerage.Tests.Support;
using HyphaMarket.Market.Ids;
using HyphaMarket.Wire;
using HyphaMarket.Wire.Messages;

namespace HyphaMarket.Brokerage.Tests.Proofs;

/// <summary>Proofs that are checked from their bytes alone.</summary>
public sealed class MatchProofTests
{
    private const int HeadSize = 21 + SHA256.HashSizeInBytes;

    [Test]
    public void Proof_WithItsInput_IsVerifiedAndRecomputed()
    {
        var verdict = Verify(ProofBuilder.Usual().Build(full: true, index: 1));
        Assert.Multiple(() =>
        {
            Assert.That(verdict.Fault, Is.Null);
            Assert.That(verdict.RecomputedFrom, Is.EqualTo(5));
            Assert.That(verdict.Voters, Has.Count.EqualTo(4));
            Assert.That(verdict.Fill!.Legs.Select(leg => leg.PriceMicros), Is.All.EqualTo(125));
            Assert.That(verdict.Anchor, Is.Null, "nobody trusts these brokers yet");
        });
    }

    [Test]
    public void Proof_WithoutItsInput_IsVerified_AndSaysThatNothingWasRecomputed()
    {
        var verdict = Verify(ProofBuilder.Usual().Build(full: false));
        Assert.That(verdict.IsVerified, Is.True);
        Assert.That(verdict.RecomputedFrom, Is.Zero);
    }

    [Test]
    public void SameMatch_WithAndWithoutItsInput_HasTheSameId() =>
        Assert.That(Verify(ProofBuilder.Usual().Build(full: true)).Match, Is.EqualTo(Verify(ProofBuilder.Usual().Build(full: false)).Match));

    [Test]
    public void Anchor_IsTheTrustedSet_FromWhichSignaturesLeadToTheOneThatVoted()
    {
        var builder = ProofBuilder.Usual();
        var proof = builder.Build(full: false);
        Assert.That(Verify(proof, builder.First.Id).Anchor?.Id, Is.EqualTo(builder.First.Id));
        Assert.That(Verify(proof, builder.Change.Id).Anchor?.Id, Is.EqualTo(builder.Change.Id));
        Assert.That(Verify(proof, builder.Interregnum.Id).Anchor, Is.Null);
    }

    [Test]
    public void Interregnum_IsNotLinkedToTheSetBeforeIt()
    {
        var builder = ProofBuilder.Usual();
        var proof = builder.Build(full: true, 0, builder.First, builder.Interregnum);
        Assert.That(Verify(proof, builder.First.Id) is { IsVerified: true, Anchor: null }, Is.True, "its own members signed it, and nobody of the set before");
        Assert.That(Verify(proof, builder.Interregnum.Id).Anchor, Is.Not.Null);
    }

    [Test]
    public void ProofThatBeginsWithAChange_IsBelievedOnlyByWhoTrustsTheChange()
    {
        var builder = ProofBuilder.Usual();
        var proof = builder.Build(full: false, 0, builder.Change);
        Assert.That(Verify(proof).Fault?.Code, Is.EqualTo(ProofFault.BadBrokerSet));
        Assert.That(Verify(proof, builder.First.Id).Fault?.Code, Is.EqualTo(ProofFault.BadBrokerSet), "nothing in it shows who signed");
        Assert.That(Verify(proof, builder.Change.Id).IsVerified, Is.True);
    }

    [Test]
    public void BrokerSetsThatDoNotFollowEachOther_AreNoChain()
    {
        var builder = ProofBuilder.Usual();
        Assert.That(Verify(builder.Build(full: false, 0, builder.First, builder.First)).Fault?.Code, Is.EqualTo(ProofFault.BadBrokerSet));
        Assert.That(Verify(builder.Build(full: false, 0, builder.Interregnum, builder.Change)).Fault?.Code, Is.EqualTo(ProofFault.BadBrokerSet));
    }

    [Test]
    public void OneVoteTooFew_IsNoCertificate()
    {
        var builder = ProofBuilder.Usual();
        builder.VotesMissing = 1;
        Assert.That(Verify(builder.Build(full: false)).IsVerified, Is.True, "3 of 4 certify");
        builder.VotesMissing = 2;
        Assert.That(Verify(builder.Build(full: false)).Fault?.Code, Is.EqualTo(ProofFault.BadCertificate));
    }

    [Test]
    public void ResultThatTheInputDoesNotGive_IsFound_OnlyWithTheInput()
    {
        // All brokers are malicious and voted for a surplus that is not there.
        var builder = ProofBuilder.Usual();
        builder.ChangeResult = result => result.SurplusMicros = 5;
        Assert.That(Verify(builder.Build(full: true)).Fault?.Code, Is.EqualTo(ProofFault.OtherResult));
        Assert.That(Verify(builder.Build(full: false)).IsVerified, Is.True, "one fill does not show it");
    }

    [Test]
    public void InputBeyondTheRules_IsRefused()
    {
        var deep = ProofBuilder.Usual();
        for (var i = 0; i < 3; i++) deep.Offer(OfferSide.Ask, 900);
        Assert.That(Verify(deep.Build(full: true)).Fault?.Code, Is.EqualTo(ProofFault.BadInput), "five asks, and four are allowed");
    }

    [Test]
    public void InputOfAnotherSlot_IsNotTakenIntoAProof()
    {
        var other = ProofBuilder.Usual().Offer(OfferSide.Bid, 1).Build(full: true);
        var told = new SlotResponse();
        told.Inputs.AddRange(other.Inputs);
        told.Offers.AddRange(other.Offers);
        Assert.That(ProofBuilder.Usual().Build(full: false).WithInput(told), Is.Null);
        Assert.That(ProofBuilder.Usual().Build(full: false).WithInput(new SlotResponse()), Is.Null);
    }

    [Test]
    public void BrokerSetsAlone_ProveNoMatch()
    {
        var builder = ProofBuilder.Usual();
        Assert.That(Verify(MatchProofs.Of(builder.Parameters, [builder.First, builder.Change], null)).Fault?.Code, Is.EqualTo(ProofFault.NoCertificate));
    }

    [TestCase(ProofFault.BadNetwork)]
    [TestCase(ProofFault.BadBrokerSet)]
    [TestCase(ProofFault.BadCertificate)]
    [TestCase(ProofFault.BadOffer)]
    [TestCase(ProofFault.BadInput)]
    public void EachKindOfWrongPart_HasItsCode(string code)
    {
        var proof = ProofBuilder.Usual().Build(full: true);
        switch (code)
        {
            case ProofFault.BadNetwork: proof.Network = ByteString.Empty; break;
            case ProofFault.BadBrokerSet: proof.Configs.Clear(); break;
            case ProofFault.BadCertificate: proof.Certificate.Index++; break;
            case ProofFault.BadOffer: proof.Offers.RemoveAt(4); break;
            default: proof.Inputs[0].FreeQuantity++; break;
        }

        Assert.That(Verify(proof).Fault?.Code, Is.EqualTo(code));
    }

    [Test]
    public void File_ComesBackAsItWas()
    {
        var proof = ProofBuilder.Usual().Build(full: true);
        Assert.That(MatchProofFile.TryRead(MatchProofFile.Write(proof), out var read, out _), Is.True);
        Assert.That(read, Is.EqualTo(proof));
    }

    [Test]
    public void File_CutAtAnyByte_IsNoProof()
    {
        var bytes = MatchProofFile.Write(ProofBuilder.Usual().Build(full: false));
        for (var length = 0; length < bytes.Length; length++) Assert.That(CodeOf(bytes[..length]), Is.AnyOf(ProofFault.NotAProof, ProofFault.Damaged), $"cut to {length} bytes");
        Assert.That(CodeOf([.. bytes, 0]), Is.EqualTo(ProofFault.Damaged));
    }

    [Test]
    public void File_WithAnyByteChanged_IsNeverVerified()
    {
        var bytes = MatchProofFile.Write(ProofBuilder.Usual().Build(full: true));
        for (var at = 0; at < bytes.Length; at++)
        {
            foreach (var flip in new byte[] { 0x01, 0x80, 0xff })
            {
                var changed = (byte[])bytes.Clone();
                changed[at] ^= flip;
                Assert.That(CodeOf(changed), Is.Not.Null, $"byte {at} changed by {flip:x2}");
            }
        }
    }

    [Test]
    public void File_WithAnyByteChangedAndItsChecksumMended_IsNeverVerified([Values] bool full, [Values] bool trusted)
    {
        // A deceiver writes the checksum anew; then all hangs on signatures, hashes and the one encoding.
        var builder = ProofBuilder.Usual();
        RecordId[] trust = trusted ? [builder.First.Id] : [];
        var bytes = MatchProofFile.Write(builder.Build(full));
        Assert.That(CodeOf(bytes, trust), Is.Null, "the original is verified");
        var reached = new SortedSet<string>(StringComparer.Ordinal);
        for (var at = HeadSize; at < bytes.Length; at++)
        {
            foreach (var flip in new byte[] { 0x01, 0x02, 0x10, 0x80, 0xff })
            {
                var changed = (byte[])bytes.Clone();
                changed[at] ^= flip;
                var code = CodeOf(Mended(changed), trust);
                Assert.That(code, Is.Not.Null, $"byte {at} of {bytes.Length} changed by {flip:x2}");
                reached.Add(code!);
            }
        }

        Assert.That(reached, Is.SupersetOf(new[] { ProofFault.Malformed, ProofFault.BadBrokerSet, ProofFault.BadCertificate, ProofFault.BadOffer }), "the changes went beyond the form");
    }

    [Test]
    public void File_WithAFieldOfALaterVersion_IsRefusedByName()
    {
        var message = ProofBuilder.Usual().Build(full: false).ToByteArray();
        // Field 15, a varint.
        byte[] changed = [.. new byte[HeadSize], .. message, 0x78, 0x01];
        "hypha-market/proof/1\n"u8.CopyTo(changed);
        Assert.That(CodeOf(Mended(changed)), Is.EqualTo(ProofFault.Malformed));
    }

    private static byte[] Mended(byte[] bytes)
    {
        SHA256.HashData(bytes.AsSpan(HeadSize)).CopyTo(bytes.AsSpan(HeadSize - SHA256.HashSizeInBytes));
        return bytes;
    }

    /// <summary>Null where it is verified.</summary>
    private static string? CodeOf(byte[] bytes, params RecordId[] trusted) => MatchProofFile.TryRead(bytes, out var proof, out var fault) ? Verify(proof, trusted).Fault?.Code : fault.Code;

    private static ProofVerdict Verify(MatchProof proof, params RecordId[] trusted) => new MatchProofVerifier(new FakeVerifier(), trusted.ToHashSet()).Verify(proof);
}
