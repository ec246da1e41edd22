using HyphaMarket.Brokerage.Admission;
using HyphaMarket.Market.Books;
using HyphaMarket.Market.Offers;
using HyphaMarket.Market.Slots;
using HyphaMarket.Wire;
using HyphaMarket.Wire.Messages;

namespace HyphaMarket.Brokerage.Brokers;

/// <summary>One place in the store: an offer, its signed record as soon as that is here, and the cancel that ends it.</summary>
internal sealed class KeptOffer(Offer offer) : StoredOffer(offer)
{
    public RecordId Id => new(Offer.Id.Value);

    /// <summary>Null while only the offer's cancel has come: such an offer never trades.</summary>
    public VerifiedRecord? Signed { get; private set; }

    /// <summary>The signed record, as it is sent on.</summary>
    public Record? Record => Signed?.Record;

    /// <summary>When the record came.</summary>
    public Instant Arrived { get; private set; }

    public CancelState? Cancel { get; set; }

    /// <summary>Certified fills of this offer as the ledger had them at its <see cref="FillsAsOf"/>: asked for with each offer of a book, several times a slot.</summary>
    /// <remarks>Null before the ledger was asked.</remarks>
    public List<TrackedFill>? Fills { get; set; }

    /// <summary>Which version of the ledger <see cref="Fills"/> is of.</summary>
    public long FillsAsOf { get; set; }

    /// <summary>The last judgement of a proposal that found the offer in its input: nothing is hashed to tell it from what is left out.</summary>
    public long JudgedIn { get; set; }

    public void OnRecord(VerifiedRecord signed, Instant arrived) => (Signed, Arrived) = (signed, arrived);
}
