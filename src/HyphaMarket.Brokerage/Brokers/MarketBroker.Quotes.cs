using System.Security.Cryptography;
using Google.Protobuf;
using HyphaMarket.Market.Ids;
using HyphaMarket.Market.Offers;
using HyphaMarket.Market.Slots;
using HyphaMarket.Wire;
using HyphaMarket.Wire.Messages;

namespace HyphaMarket.Brokerage.Brokers;

// What anybody may ask: prices, depth, and the fills of a market.
public sealed partial class MarketBroker
{
    /// <summary>Price levels a side in one quote.</summary>
    public const int MaxLevels = 50;

    /// <summary>GetPrice: the best prices, depth and a digest of the book, signed by this broker.</summary>
    /// <param name="levels">Price levels wanted a side; at most <see cref="MaxLevels"/> are given.</param>
    public Record Quote(Instant now, int levels)
    {
        var slot = AdvanceTo(now);
        var bids = BookOf(Side.Bid, slot);
        var asks = BookOf(Side.Ask, slot);
        var body = new QuoteBody
        {
            Market = ByteString.CopyFrom(_rules.Market.ToArray()),
            Config = ByteString.CopyFrom(_config.Id.Value.ToArray()),
            Slot = slot.Value,
            BidUnits = (ulong)bids.Sum(entry => (long)entry.Free),
            AskUnits = (ulong)asks.Sum(entry => (long)entry.Free),
            Offers = (uint)(bids.Length + asks.Length),
            BookDigest = ByteString.CopyFrom(DigestOf(bids.Concat(asks))),
            LastCertifiedSlot = _lastCertified.Value,
            LastPriceMicros = _lastPriceMicros,
            UnixMs = now.UnixMs,
        };
        body.Bids.AddRange(LevelsOf(bids).Take(Math.Clamp(levels, 1, MaxLevels)));
        body.Asks.AddRange(LevelsOf(asks).Take(Math.Clamp(levels, 1, MaxLevels)));
        if (body.Bids.Count > 0) body.BestBid = body.Bids[0];
        if (body.Asks.Count > 0) body.BestAsk = body.Asks[0];
        return SignedRecords.Sign(_rules.Network, RecordKind.Quote, body, _signer);
    }

    /// <summary>Certified slots still remembered, from a slot on, oldest first.</summary>
    public IReadOnlyList<CertifiedSlot> CertifiedSince(Slot slot) =>
        _slots.Values.Where(state => state.Slot >= slot).Select(state => state.Certified).OfType<CertifiedSlot>().ToArray();

    /// <summary>What an owner gets to know of one fill: its certificate, the offers of its legs where they are here, and the broker set.</summary>
    public FillNotice NoticeOf(CertifiedSlot slot, int index)
    {
        ArgumentNullException.ThrowIfNull(slot);
        var notice = new FillNotice { Certificate = slot.CertificateOf(index), Config = _config.Record };
        notice.Offers.AddRange(slot.Fills[index].Legs.Select(leg => _offers.Find(new OfferId(new Hash256(leg.Offer.Span)))?.Record).OfType<Record>());
        return notice;
    }

    /// <summary>The rank of an offer on its side, from 1, and 0 where it is not kept; its free quantity now.</summary>
    public (int Rank, int Free) StandingOf(OfferId id, Slot at) =>
        _offers.Find(id) is { } state ? (_offers.RankOf(id), FreeOf(state.Offer, at)) : (0, 0);

    private (Offer Offer, int Free)[] BookOf(Side side, Slot slot)
    {
        // An offer that starts with the next match slot is in that slot's book.
        var match = slot.IsMatch ? slot : slot.Next;
        return _offers.Eligible(side, match)
            .Select(state => (state.Offer, Free: FreeOf(state.Offer, match)))
            .Where(entry => entry.Free > 0)
            .Take(_rules.SideDepth)
            .ToArray();
    }

    private static IEnumerable<Level> LevelsOf(IEnumerable<(Offer Offer, int Free)> book) =>
        book.GroupBy(entry => entry.Offer.LimitPrice).Select(level => new Level
        {
            PriceMicros = level.Key.Value,
            Units = (ulong)level.Sum(entry => (long)entry.Free),
            Offers = (uint)level.Count(),
        });

    private static byte[] DigestOf(IEnumerable<(Offer Offer, int Free)> book)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Span<byte> entry = stackalloc byte[Hash256.Size + 4];
        foreach (var (offer, free) in book.OrderBy(entry => entry.Offer.Id))
        {
            offer.Id.Value.CopyTo(entry);
            System.Buffers.Binary.BinaryPrimitives.WriteInt32BigEndian(entry[Hash256.Size..], free);
            hash.AppendData(entry);
        }

        return hash.GetHashAndReset();
    }
}
