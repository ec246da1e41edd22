using Google.Protobuf;
using HyphaMarket.Brokerage.Brokers;
using HyphaMarket.Market.Ids;
using HyphaMarket.Wire;
using HyphaMarket.Wire.Messages;

namespace HyphaMarket.Brokerage.Tests.Support;

/// <summary>What the parties of a fill sign, as brokers see it.</summary>
internal static class SettlementRecords
{
    public static MatchTerms TermsOf(CertifiedSlot slot, int index = 0)
    {
        var fill = slot.Fills[index];
        return new MatchTerms
        {
            Match = ByteString.CopyFrom(slot.Result.MatchIdOf(index).ToArray()),
            Market = slot.Result.Body.Market,
            Slot = slot.Result.Slot.Value,
            BuyOffer = fill.Legs[0].Offer,
            SellOffer = fill.Legs[1].Offer,
            Buyer = fill.Legs[0].Owner,
            Seller = fill.Legs[1].Owner,
            Quantity = fill.Quantity,
            BuyPriceMicros = fill.Legs[0].PriceMicros,
            SellPriceMicros = fill.Legs[1].PriceMicros,
            LastSlot = fill.Legs.Max(leg => leg.LastSlot),
        };
    }

    public static Record Accepted(NetworkId network, MatchTerms terms, ISigner seller, long unixMs = 1) =>
        SignedRecords.Sign(network, RecordKind.Accepted, new AcceptedBody { Terms = terms, UnixMs = unixMs }, seller);

    public static Record Released(NetworkId network, MatchTerms terms, ISigner seller, ReleaseReason reason = ReleaseReason.Conflict) =>
        SignedRecords.Sign(network, RecordKind.Released, new ReleasedBody { Terms = terms, Reason = reason }, seller);

    public static Record Settled(NetworkId network, MatchTerms terms, ISigner seller, ISigner buyer) => SignedRecords.Sign(
        network,
        RecordKind.Settled,
        new SettledBody { Terms = terms, Activated = SignedRecords.Sign(network, RecordKind.Activated, new ActivatedBody { Terms = terms, TermMinutes = 60 }, buyer), StartUnixMs = 1, EndUnixMs = 2 },
        seller);
}
