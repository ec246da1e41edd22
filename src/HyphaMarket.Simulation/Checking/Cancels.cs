using HyphaMarket.Market.Ids;
using HyphaMarket.Wire;
using HyphaMarket.Wire.Messages;

namespace HyphaMarket.Simulation.Checking;

/// <summary>Reads cancels that anybody may have made up.</summary>
internal static class Cancels
{
    /// <summary>The offer that a cancel names; null where it cannot be read.</summary>
    public static OfferId? OfferOf(Record cancel) =>
        StrictParser.TryParse(CancelBody.Parser, cancel.Body, out var body) ? new OfferId(SignedRecords.IdOf(RecordKind.Offer, body.Offer.Span).Value) : null;
}
