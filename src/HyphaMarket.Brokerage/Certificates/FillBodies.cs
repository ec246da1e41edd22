using System.Diagnostics.CodeAnalysis;
using Google.Protobuf;
using HyphaMarket.Market.Ids;
using HyphaMarket.Market.Matching;
using HyphaMarket.Market.Merkle;
using HyphaMarket.Market.Offers;
using HyphaMarket.Wire;
using HyphaMarket.Wire.Messages;

namespace HyphaMarket.Brokerage.Certificates;

/// <summary>Fills as bytes: every broker makes the same ones from the same matching.</summary>
public static class FillBodies
{
    /// <summary>A spot fill: the bid's leg, then the ask's.</summary>
    public static ByteString Of(Fill fill, Offer bid, Offer ask)
    {
        ArgumentNullException.ThrowIfNull(bid);
        ArgumentNullException.ThrowIfNull(ask);
        var body = new FillBody { Quantity = (uint)fill.Quantity };
        body.Legs.Add(LegOf(bid, fill.BuyPrice.Value));
        body.Legs.Add(LegOf(ask, fill.SellPrice.Value));
        return body.ToByteString();
    }

    /// <summary>The Merkle root over fills in their order.</summary>
    public static Hash256 RootOf(IEnumerable<ByteString> fills) => TreeOf(fills).Root;

    internal static MerkleTree TreeOf(IEnumerable<ByteString> fills) => MerkleTree.FromLeaves(fills.Select(fill => fill.Memory));

    /// <summary>Reads a fill of any number of legs, each with its offer and owner.</summary>
    public static bool TryParse(ByteString bytes, [NotNullWhen(true)] out FillBody? fill) =>
        StrictParser.TryParse(FillBody.Parser, bytes, out fill)
        && fill.Quantity is > 0 and <= int.MaxValue
        && fill.Legs.Count >= 2
        && fill.Legs.All(leg => leg.Offer.Length == Hash256.Size && ParticipantId.TryFromBytes(leg.Owner.Span, out _));

    private static Leg LegOf(Offer offer, long price) => new()
    {
        Offer = offer.Id.Value.ToByteString(),
        Owner = ByteString.CopyFrom(offer.Owner.Span),
        PriceMicros = price,
        LimitMicros = offer.LimitPrice.Value,
        LastSlot = offer.LastSlot.Value,
    };
}
