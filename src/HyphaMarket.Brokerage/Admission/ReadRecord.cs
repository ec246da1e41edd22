using HyphaMarket.Market.Offers;
using HyphaMarket.Wire;
using HyphaMarket.Wire.Messages;

namespace HyphaMarket.Brokerage.Admission;

/// <summary>An offer or a cancel of which size, form and market were looked at, and nothing else: what it says is not believed yet.</summary>
public abstract class ReadRecord
{
    private ReadRecord(Record record) => Record = record;

    public abstract RecordId Id { get; }

    /// <summary>The offer that the record makes or ends: by it the record is ranked and expires.</summary>
    public abstract Offer Offer { get; }

    internal Record Record { get; }

    public sealed class OfOffer : ReadRecord
    {
        internal OfOffer(Record record, Offer offer)
            : base(record) => Offer = offer;

        public override RecordId Id => new(Offer.Id.Value);

        public override Offer Offer { get; }
    }

    public sealed class OfCancel : ReadRecord
    {
        internal OfCancel(Record record, Offer cancelled, OfOffer? replacement)
            : base(record) => (Id, Offer, Replacement) = (SignedRecords.IdOf(record), cancelled, replacement);

        public override RecordId Id { get; }

        public override Offer Offer { get; }

        /// <summary>The offer in the place of the one that ends; null for none.</summary>
        public OfOffer? Replacement { get; }
    }
}
