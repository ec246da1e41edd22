using System.Diagnostics.CodeAnalysis;
using Google.Protobuf;
using HyphaMarket.Market.Ids;
using HyphaMarket.Market.Money;
using HyphaMarket.Market.Offers;
using HyphaMarket.Market.Slots;
using HyphaMarket.Wire;
using HyphaMarket.Wire.Messages;

namespace HyphaMarket.Brokerage.Records;

/// <summary>Offers between the wire's bytes and the market's values.</summary>
public static class OfferRecords
{
    /// <summary>Larger offers are refused unread: 16 attributes, 8 constraints of 16 values and 8 addresses fit well.</summary>
    public const int MaxBodySize = 16 * 1024;

    /// <summary>Reads an offer's body. Whether its fields make sense is for <c>OfferRules</c>; here only their form is checked.</summary>
    public static bool TryParse(ByteString body, [NotNullWhen(true)] out Offer? offer)
    {
        ArgumentNullException.ThrowIfNull(body);
        return TryParse(body.Memory, null, default, out offer);
    }

    /// <summary>The same of a body of which something is known.</summary>
    /// <param name="id">Null where it is to be computed.</param>
    /// <param name="likely">An owner that is shared where it is this one's; default for none.</param>
    /// <param name="likelyAddresses">The same of addresses; null for none.</param>
    internal static bool TryParse(ReadOnlyMemory<byte> body, Hash256? id, ParticipantId likely, [NotNullWhen(true)] out Offer? offer, IReadOnlyList<ReadOnlyMemory<byte>>? likelyAddresses = null)
    {
        offer = null;
        if (body.Length is 0 or > MaxBodySize) return false;
        offer = OfferReader.Read(body, id, likely, likelyAddresses);
        return offer is not null || TryParseMessage(body, id, out offer);
    }

    /// <summary>The same by protobuf's parser, which takes fields in any order and form.</summary>
    internal static bool TryParseMessage(ReadOnlyMemory<byte> body, Hash256? id, [NotNullWhen(true)] out Offer? offer)
    {
        offer = null;
        if (!StrictParser.TryParse(OfferBody.Parser, body, out var message)) return false;
        if (!ParticipantId.TryFromBytes(message.Owner.Span, out var owner) || !MarketId.TryFromBytes(message.Market.Span, out var market)) return false;
        if (message.Side is not (OfferSide.Bid or OfferSide.Ask)) return false;
        if (message.Quantity > int.MaxValue || message.MinimumFill > int.MaxValue || message.LeaseTermMinutes > int.MaxValue) return false;

        offer = new Offer
        {
            Id = new OfferId(id ?? SignedRecords.IdOf(RecordKind.Offer, body.Span).Value),
            Owner = owner,
            Sequence = message.Sequence,
            Market = market,
            Side = message.Side == OfferSide.Bid ? Side.Bid : Side.Ask,
            LimitPrice = new MicroCredits(message.LimitPriceMicros),
            Quantity = (int)message.Quantity,
            MinimumFill = (int)message.MinimumFill,
            LeaseTermMinutes = (int)message.LeaseTermMinutes,
            FirstSlot = new Slot(message.FirstSlot),
            LastSlot = new Slot(message.LastSlot),
            // Most offers have neither.
            Attributes = message.Attributes.Count == 0 ? [] : message.Attributes.Select(attribute => new OfferAttribute(attribute.Key, attribute.Value)).ToArray(),
            Constraints = message.Constraints.Count == 0 ? [] : message.Constraints.Select(clause => new OfferConstraint(clause.Key, clause.Negated, clause.Values.ToArray())).ToArray(),
            Distinct = message.Distinct,
            // A ByteString's bytes never change, so the offer may hold them.
            Group = message.Group.Memory,
            Addresses = message.Addresses.Count == 0 ? [] : message.Addresses.Select(address => address.Memory).ToArray(),
        };
        return true;
    }

    /// <summary>Reads a record's offer, once for each record.</summary>
    public static bool TryParse(Record record, [NotNullWhen(true)] out Offer? offer)
    {
        ArgumentNullException.ThrowIfNull(record);
        offer = record.Read(static read => TryParse(read.Body, out var parsed) ? parsed : null);
        return offer is not null;
    }

    /// <summary>The body of an offer; the offer's <see cref="Offer.Id"/> is not looked at, since it follows from these bytes.</summary>
    public static ByteString ToBody(Offer offer)
    {
        ArgumentNullException.ThrowIfNull(offer);
        var body = new OfferBody
        {
            Owner = ByteString.CopyFrom(offer.Owner.Span),
            Sequence = offer.Sequence,
            Market = ByteString.CopyFrom(offer.Market.ToArray()),
            Side = offer.Side == Side.Bid ? OfferSide.Bid : OfferSide.Ask,
            LimitPriceMicros = offer.LimitPrice.Value,
            Quantity = (uint)offer.Quantity,
            MinimumFill = (uint)offer.MinimumFill,
            LeaseTermMinutes = (uint)offer.LeaseTermMinutes,
            FirstSlot = offer.FirstSlot.Value,
            LastSlot = offer.LastSlot.Value,
            Distinct = offer.Distinct,
            Group = ByteString.CopyFrom(offer.Group.Span),
        };
        body.Attributes.AddRange(offer.Attributes.Select(attribute => new HyphaMarket.Wire.Messages.Attribute { Key = attribute.Key, Value = attribute.Value }));
        body.Constraints.AddRange(offer.Constraints.Select(clause =>
        {
            var message = new Constraint { Key = clause.Key, Negated = clause.Negated };
            message.Values.AddRange(clause.Values);
            return message;
        }));
        body.Addresses.AddRange(offer.Addresses.Select(address => ByteString.CopyFrom(address.Span)));
        return body.ToByteString();
    }
}
