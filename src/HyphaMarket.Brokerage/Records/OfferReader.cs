using HyphaMarket.Market.Ids;
using HyphaMarket.Market.Money;
using HyphaMarket.Market.Offers;
using HyphaMarket.Market.Slots;
using HyphaMarket.Wire;
using HyphaMarket.Wire.Messages;

namespace HyphaMarket.Brokerage.Records;

/// <summary>Reads the bodies of plain offers as everybody writes them, without a message in between: fields ascending, none twice, no attributes or constraints.</summary>
/// <remarks>What is in another form, or is wrong, it leaves to protobuf's parser, so that it decides about nothing: where it reads, both read the same.</remarks>
internal ref struct OfferReader
{
    private readonly ReadOnlyMemory<byte> _body;
    private FieldReader _fields;

    private OfferReader(ReadOnlyMemory<byte> body)
    {
        _body = body;
        _fields = new FieldReader(body);
    }

    /// <summary>Reads an offer, which does not hold on to the body's bytes: those may lie in a message with a thousand others.</summary>
    /// <param name="id">Null where it is to be computed.</param>
    /// <param name="likely">An owner that is shared where it is this one's.</param>
    /// <param name="likelyAddresses">Addresses that are shared where they are these: those of all offers of a bundle are the same.</param>
    /// <returns>Null where it is to be read by protobuf's parser.</returns>
    public static Offer? Read(ReadOnlyMemory<byte> body, Hash256? id, ParticipantId likely, IReadOnlyList<ReadOnlyMemory<byte>>? likelyAddresses = null) => new OfferReader(body).Read(id, likely, likelyAddresses);

    private Offer? Read(Hash256? id, ParticipantId likely, IReadOnlyList<ReadOnlyMemory<byte>>? likelyAddresses)
    {
        ReadOnlyMemory<byte> owner = default, market = default, group = default;
        IReadOnlyList<ReadOnlyMemory<byte>> addresses = [];
        ulong sequence = 0, side = 0, price = 0, quantity = 0, least = 0, term = 0, first = 0, last = 0, distinct = 0;
        for (var before = 0; !_fields.IsAtEnd;)
        {
            var tag = _fields.Byte();
            var field = tag >> 3;
            if (field <= before) return null;
            before = field;
            var isRead = tag switch
            {
                OfferBody.OwnerFieldNumber << 3 | FieldReader.Bytes => _fields.TryBytes(out owner),
                OfferBody.SequenceFieldNumber << 3 => _fields.TryVarint(out sequence),
                OfferBody.MarketFieldNumber << 3 | FieldReader.Bytes => _fields.TryBytes(out market),
                OfferBody.SideFieldNumber << 3 => _fields.TryVarint(out side),
                OfferBody.LimitPriceMicrosFieldNumber << 3 => _fields.TryVarint(out price),
                OfferBody.QuantityFieldNumber << 3 => _fields.TryVarint(out quantity),
                OfferBody.MinimumFillFieldNumber << 3 => _fields.TryVarint(out least),
                OfferBody.LeaseTermMinutesFieldNumber << 3 => _fields.TryVarint(out term),
                OfferBody.FirstSlotFieldNumber << 3 => _fields.TryVarint(out first),
                OfferBody.LastSlotFieldNumber << 3 => _fields.TryVarint(out last),
                OfferBody.DistinctFieldNumber << 3 => _fields.TryVarint(out distinct),
                OfferBody.GroupFieldNumber << 3 | FieldReader.Bytes => _fields.TryBytes(out group),
                OfferBody.AddressesFieldNumber << 3 | FieldReader.Bytes => TryAddresses(likelyAddresses, out addresses),
                _ => false,
            };
            if (!isRead) return null;
        }

        if (owner.Length is 0 or > ParticipantId.MaxSize || !MarketId.TryFromBytes(market.Span, out var marketId) || side is not ((ulong)OfferSide.Bid or (ulong)OfferSide.Ask)) return null;
        if (quantity > int.MaxValue || least > int.MaxValue || term > int.MaxValue) return null;
        return new Offer
        {
            Id = new OfferId(id ?? SignedRecords.IdOf(RecordKind.Offer, _body.Span).Value),
            Owner = owner.Span.SequenceEqual(likely.Span) ? likely : new ParticipantId(owner.Span),
            Sequence = sequence,
            Market = marketId,
            Side = side == (ulong)OfferSide.Bid ? Side.Bid : Side.Ask,
            LimitPrice = new MicroCredits((long)price),
            Quantity = (int)quantity,
            MinimumFill = (int)least,
            LeaseTermMinutes = (int)term,
            FirstSlot = new Slot((long)first),
            LastSlot = new Slot((long)last),
            Distinct = distinct != 0,
            Group = group.ToArray(),
            Addresses = addresses,
        };
    }

    /// <summary>All addresses, after the tag of the first: they are the last field.</summary>
    private bool TryAddresses(IReadOnlyList<ReadOnlyMemory<byte>>? likely, out IReadOnlyList<ReadOnlyMemory<byte>> addresses)
    {
        const int tag = (OfferBody.AddressesFieldNumber << 3) | FieldReader.Bytes;
        addresses = [];
        var first = _fields;
        var (count, isLikely) = (0, likely is not null);
        while (true)
        {
            if (!_fields.TryBytes(out var address)) return false;
            isLikely = isLikely && count < likely!.Count && address.Span.SequenceEqual(likely[count].Span);
            count++;
            if (_fields.IsAtEnd) break;
            // Another field after them.
            if (_fields.Byte() != tag) return false;
        }

        if (isLikely && count == likely!.Count)
        {
            addresses = likely;
            return true;
        }

        var read = new ReadOnlyMemory<byte>[count];
        for (var i = 0; i < count; i++)
        {
            if (i > 0) _ = first.Byte();
            _ = first.TryBytes(out var address);
            read[i] = address.ToArray();
        }

        addresses = read;
        return true;
    }
}
