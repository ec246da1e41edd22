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
    private Record? _record;

    private VerifiedRecord(ReadRecord read, VerifiedRecord? replacement, AdmissionVerdict? replacementFault) =>
        (Read, Replacement, ReplacementFault, _record) = (read, replacement, replacementFault, read.Record);

    private VerifiedRecord(ReadRecord.OfOffer read, BundleTree tree, int index) => (Read, _tree, _index) = (read, tree, index);

    public ReadRecord Read { get; }
    public RecordId Id => Read.Id;

    /// <summary>The record with what authorises it. One of a bundle that came whole gets its path when it is first asked for, away from the broker's loop.</summary>
    public Record Record => Volatile.Read(ref _record) ?? MakeRecord();

    /// <summary>Of a cancel: the offer in place of the one that ends; null where there is none, or where <see cref="ReplacementFault"/> says what is wrong with it.</summary>
    internal VerifiedRecord? Replacement { get; }

    internal AdmissionVerdict? ReplacementFault { get; }

    /// <summary>Checks who signed: the dear step.</summary>
    /// <returns>What is wrong; null with the verified record.</returns>
    internal static AdmissionVerdict? TryVerify(RecordAdmission admission, ReadRecord read, out VerifiedRecord? verified)
    {
        verified = null;
        if (!admission.IsSigned(read.Record!, read.Offer.Owner)) return BadSignature(read);
        var (replacement, fault) = ((VerifiedRecord?)null, (AdmissionVerdict?)null);
        if (read is ReadRecord.OfCancel { Replacement: { } other }) fault = admission.CheckWork(other) ?? TryVerify(admission, other, out replacement);
        verified = new VerifiedRecord(read, replacement, fault);
        return null;
    }

    /// <summary>Checks the one signature of a bundle that came whole, and hashes it once.</summary>
    /// <returns>What is wrong; null with the verified offers, in the order of the leaves.</returns>
    internal static AdmissionVerdict? TryVerify(RecordAdmission admission, ReadBundle bundle, out IReadOnlyList<VerifiedRecord> verified)
    {
        verified = [];
        if (admission.TreeOf(bundle) is not { } tree) return AdmissionVerdict.Wrong(OfferRefusal.BadSignature, "The signature is not the owner's over this bundle on this network, or its root is not that of its offers.");
        var all = new VerifiedRecord[bundle.Offers.Count];
        for (var i = 0; i < all.Length; i++) all[i] = new VerifiedRecord(bundle.Offers[i], tree, i);
        verified = all;
        return null;
    }

    private static AdmissionVerdict BadSignature(ReadRecord read) => read is ReadRecord.OfOffer
        ? AdmissionVerdict.Wrong(OfferRefusal.BadSignature, "The signature is not the owner's over this offer on this network. Sign with the key of the owner's peer id, for this network id.")
        : AdmissionVerdict.Wrong(OfferRefusal.BadSignature, "The signature is not the owner's over this cancel on this network.");

    private Record MakeRecord()
    {
        var made = _tree!.RecordOf(RecordKind.Offer, ((ReadRecord.OfOffer)Read).Body, _index);
        // Two threads may make it at once: both are right, and one stays.
        return Interlocked.CompareExchange(ref _record, made, null) ?? made;
    }
}
