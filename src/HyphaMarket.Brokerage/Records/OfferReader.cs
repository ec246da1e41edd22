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
    /// <summary>Seven bits each: numbers below 2^63. Larger ones are rare and negative ones wrong.</summary>
    private const int MostVarintBytes = 9;

    /// <summary>The wire type of a field with a length.</summary>
    private const int Bytes = 2;

    private readonly ReadOnlyMemory<byte> _body;
    private readonly ReadOnlySpan<byte> _bytes;
    private int _at;

    private OfferReader(ReadOnlyMemory<byte> body)
    {
        _body = body;
        _bytes = body.Span;
    }

    /// <summary>Reads an offer that holds on to the body's bytes.</summary>
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
        for (var before = 0; _at < _bytes.Length;)
        {
            var tag = _bytes[_at++];
            var field = tag >> 3;
            if (field <= before) return null;
            before = field;
            var isRead = tag switch
            {
                OfferBody.OwnerFieldNumber << 3 | Bytes => TryBytes(out owner),
                OfferBody.SequenceFieldNumber << 3 => TryVarint(out sequence),
                OfferBody.MarketFieldNumber << 3 | Bytes => TryBytes(out market),
                OfferBody.SideFieldNumber << 3 => TryVarint(out side),
                OfferBody.LimitPriceMicrosFieldNumber << 3 => TryVarint(out price),
                OfferBody.QuantityFieldNumber << 3 => TryVarint(out quantity),
                OfferBody.MinimumFillFieldNumber << 3 => TryVarint(out least),
                OfferBody.LeaseTermMinutesFieldNumber << 3 => TryVarint(out term),
                OfferBody.FirstSlotFieldNumber << 3 => TryVarint(out first),
                OfferBody.LastSlotFieldNumber << 3 => TryVarint(out last),
                OfferBody.DistinctFieldNumber << 3 => TryVarint(out distinct),
                OfferBody.GroupFieldNumber << 3 | Bytes => TryBytes(out group),
                OfferBody.AddressesFieldNumber << 3 | Bytes => TryAddresses(likelyAddresses, out addresses),
                _ => false,
            };
            if (!isRead) return null;
        }

        if (owner.Length is 0 or > ParticipantId.MaxSize || !MarketId.TryFromBytes(market.Span, out var marketId) || side is not ((ulong)OfferSide.Bid or (ulong)OfferSide.Ask)) return null;
        if (quantity > int.MaxValue || least > int.MaxValue || term > int.MaxValue) return null;
        return new Offer
        {
            Id = new OfferId(id ?? SignedRecords.IdOf(RecordKind.Offer, _bytes).Value),
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
            Group = group,
            Addresses = addresses,
        };
    }

    private bool TryVarint(out ulong value)
    {
        value = 0;
        for (var i = 0; i < MostVarintBytes && _at < _bytes.Length; i++)
        {
            var next = _bytes[_at++];
            value |= (ulong)(next & 0x7f) << (7 * i);
            if (next < 0x80) return true;
        }

        return false;
    }

    private bool TryBytes(out ReadOnlyMemory<byte> bytes)
    {
        bytes = default;
        if (!TryVarint(out var length) || length > (ulong)(_bytes.Length - _at)) return false;
        bytes = _body.Slice(_at, (int)length);
        _at += (int)length;
        return true;
    }

    /// <summary>All addresses, after the tag of the first: they are the last field.</summary>
    private bool TryAddresses(IReadOnlyList<ReadOnlyMemory<byte>>? likely, out IReadOnlyList<ReadOnlyMemory<byte>> addresses)
    {
        const int tag = (OfferBody.AddressesFieldNumber << 3) | Bytes;
        addresses = [];
        var (first, count, isLikely) = (_at, 0, likely is not null);
        while (true)
        {
            if (!TryBytes(out var address)) return false;
            isLikely = isLikely && count < likely!.Count && address.Span.SequenceEqual(likely[count].Span);
            count++;
            if (_at == _bytes.Length) break;
            // Another field after them.
            if (_bytes[_at++] != tag) return false;
        }

        if (isLikely && count == likely!.Count)
        {
            addresses = likely;
            return true;
        }

        var read = new ReadOnlyMemory<byte>[count];
        _at = first;
        for (var i = 0; i < count; i++)
        {
            if (i > 0) _at++;
            _ = TryBytes(out read[i]);
        }

        addresses = read;
        return true;
    }
}
