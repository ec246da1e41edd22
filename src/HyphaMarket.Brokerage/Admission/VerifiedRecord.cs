using HyphaMarket.Market.Offers;
using HyphaMarket.Wire;
using HyphaMarket.Wire.Messages;

namespace HyphaMarket.Brokerage.Admission;

/// <summary>An offer or a cancel that is its owner's word on this network and owes no work. Only a check that passed makes one, on whatever thread.</summary>
/// <remarks>It says the same for ever, so threads share it freely. That it comes in time, is new and has room is for the broker's core, whose state decides that.</remarks>
public sealed class VerifiedRecord
{
    private readonly BundleTree? _tree;
    private readonly int _index;
    private readonly Substitute? _substitute;
    private Record? _record;

    private VerifiedRecord(ReadRecord read, Substitute? substitute) => (Read, _substitute, _record) = (read, substitute, read.Record);

    private VerifiedRecord(ReadRecord.OfOffer read, BundleTree tree, int index) => (Read, _tree, _index) = (read, tree, index);

    public ReadRecord Read { get; }
    public RecordId Id => Read.Id;

    /// <summary>The record with what authorises it. One of a bundle that came whole gets its path when it is first asked for, away from the broker's loop.</summary>
    public Record Record => Volatile.Read(ref _record) ?? MakeRecord();

    /// <summary>Of a cancel: the offer in place of the one that ends; null where there is none, or where <see cref="ReplacementFault"/> says what is wrong with it.</summary>
    internal VerifiedRecord? Replacement => _substitute?.Verified;

    internal AdmissionVerdict? ReplacementFault => _substitute?.Fault;

    /// <summary>Checks who signed: the dear step.</summary>
    /// <returns>What is wrong; null with the verified record.</returns>
    internal static AdmissionVerdict? TryVerify(RecordAdmission admission, ReadRecord read, out VerifiedRecord? verified)
    {
        verified = null;
        if (!admission.IsSigned(read.Record!, read.Offer.Owner)) return BadSignature(read);
        verified = new VerifiedRecord(read, read is ReadRecord.OfCancel { Replacement: { } other } ? Verify(admission, other) : null);
        return null;
    }

    /// <summary>Reads the offers of a bundle that came whole, checks its one signature, and hashes it once.</summary>
    /// <returns>What is wrong; null with the verified offers, in the order of the leaves.</returns>
    internal static AdmissionVerdict? TryVerify(RecordAdmission admission, OpenedBundle bundle, out VerifiedRecord[] verified)
    {
        verified = [];
        if (admission.TryRead(bundle, out var offers) is { } wrong) return wrong;
        if (admission.TreeOf(bundle) is not { } tree) return AdmissionVerdict.Wrong(OfferRefusal.BadSignature, "The signature is not the owner's over this bundle on this network, or its root is not that of its offers.");
        var all = new VerifiedRecord[offers.Length];
        for (var i = 0; i < all.Length; i++) all[i] = new VerifiedRecord(offers[i], tree, i);
        verified = all;
        return null;
    }

    private static AdmissionVerdict BadSignature(ReadRecord read) => read is ReadRecord.OfOffer
        ? AdmissionVerdict.Wrong(OfferRefusal.BadSignature, "The signature is not the owner's over this offer on this network. Sign with the key of the owner's peer id, for this network id.")
        : AdmissionVerdict.Wrong(OfferRefusal.BadSignature, "The signature is not the owner's over this cancel on this network.");

    private static Substitute Verify(RecordAdmission admission, ReadRecord replacement)
    {
        VerifiedRecord? verified = null;
        var fault = admission.CheckWork(replacement) ?? TryVerify(admission, replacement, out verified);
        return new Substitute(verified, fault);
    }

    private Record MakeRecord()
    {
        var made = _tree!.RecordOf(RecordKind.Offer, ((ReadRecord.OfOffer)Read).Body, _index);
        // Two threads may make it at once: both are right, and one stays.
        return Interlocked.CompareExchange(ref _record, made, null) ?? made;
    }

    /// <summary>The offer in place of a cancelled one. On its own, since few records have one and all would have room for it.</summary>
    private sealed record Substitute(VerifiedRecord? Verified, AdmissionVerdict? Fault);
}
