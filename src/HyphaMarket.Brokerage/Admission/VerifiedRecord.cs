using HyphaMarket.Market.Offers;
using HyphaMarket.Wire;
using HyphaMarket.Wire.Messages;

namespace HyphaMarket.Brokerage.Admission;

/// <summary>An offer or a cancel that is its owner's word on this network and owes no work. Only a check that passed makes one, on whatever thread.</summary>
/// <remarks>It says the same for ever, so threads share it freely. That it comes in time, is new and has room is for the broker's core, whose state decides that.</remarks>
public abstract class VerifiedRecord
{
    private VerifiedRecord(Offer offer) => Offer = offer;

    public abstract RecordId Id { get; }

    /// <summary>The offer that the record makes or ends.</summary>
    public Offer Offer { get; }

    /// <summary>The record with what authorises it. One of a bundle that came whole gets its path when it is first asked for, away from the broker's loop.</summary>
    public abstract Record Record { get; }

    /// <summary>What it says where it is a cancel; null for an offer.</summary>
    internal virtual ReadRecord.OfCancel? Cancel => null;

    /// <summary>Of a cancel: the offer in place of the one that ends; null where there is none, or where <see cref="ReplacementFault"/> says what is wrong with it.</summary>
    internal virtual VerifiedRecord? Replacement => null;

    internal virtual AdmissionVerdict? ReplacementFault => null;

    /// <summary>Checks who signed: the dear step.</summary>
    /// <returns>What is wrong; null with the verified record.</returns>
    internal static AdmissionVerdict? TryVerify(RecordAdmission admission, ReadRecord read, out VerifiedRecord? verified)
    {
        verified = null;
        if (!admission.IsSigned(read.Record, read.Offer.Owner)) return BadSignature(read);
        verified = read is ReadRecord.OfCancel cancel ? OfCancel.Of(admission, cancel) : new OfOffer(read);
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
        for (var i = 0; i < all.Length; i++) all[i] = new OfBundle(offers[i], tree, i);
        verified = all;
        return null;
    }

    private static AdmissionVerdict BadSignature(ReadRecord read) => read is ReadRecord.OfOffer
        ? AdmissionVerdict.Wrong(OfferRefusal.BadSignature, "The signature is not the owner's over this offer on this network. Sign with the key of the owner's peer id, for this network id.")
        : AdmissionVerdict.Wrong(OfferRefusal.BadSignature, "The signature is not the owner's over this cancel on this network.");

    /// <summary>An offer with its own signature, or with its path in a bundle.</summary>
    private sealed class OfOffer(ReadRecord read) : VerifiedRecord(read.Offer)
    {
        public override RecordId Id => new(Offer.Id.Value);

        public override Record Record { get; } = read.Record;
    }

    /// <summary>An offer of a bundle that came whole.</summary>
    private sealed class OfBundle(Offer offer, BundleTree tree, int index) : VerifiedRecord(offer)
    {
        private BundleTree? _tree = tree;
        private Record? _record;

        public override RecordId Id => new(Offer.Id.Value);

        // Where the tree is gone, the record was made before it went.
        public override Record Record => Volatile.Read(ref _record) ?? (Volatile.Read(ref _tree) is { } tree ? MakeRecord(tree) : _record!);

        private Record MakeRecord(BundleTree tree)
        {
            var made = tree.RecordOf(index);
            // Two threads may make it at once: both are right, and one stays.
            made = Interlocked.CompareExchange(ref _record, made, null) ?? made;
            // What is left of a bundle must not keep the message alive in which all of it came.
            Volatile.Write(ref _tree, null);
            return made;
        }
    }

    private sealed class OfCancel(ReadRecord.OfCancel read, VerifiedRecord? replacement, AdmissionVerdict? fault) : VerifiedRecord(read.Offer)
    {
        public override RecordId Id => Cancel.Id;

        public override Record Record => Cancel.Record;

        internal override ReadRecord.OfCancel Cancel => read;

        internal override VerifiedRecord? Replacement => replacement;

        internal override AdmissionVerdict? ReplacementFault => fault;

        public static OfCancel Of(RecordAdmission admission, ReadRecord.OfCancel cancel)
        {
            if (cancel.Replacement is not { } other) return new OfCancel(cancel, null, null);
            VerifiedRecord? verified = null;
            var fault = admission.CheckWork(other) ?? TryVerify(admission, other, out verified);
            return new OfCancel(cancel, verified, fault);
        }
    }
}
