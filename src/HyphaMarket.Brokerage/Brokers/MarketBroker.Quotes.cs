using Google.Protobuf;
using HyphaMarket.Market.Books;
using HyphaMarket.Market.Ids;
using HyphaMarket.Market.Slots;
using HyphaMarket.Wire;
using HyphaMarket.Wire.Messages;

namespace HyphaMarket.Brokerage.Brokers;

// What anybody may ask: prices, depth, and the fills of a market.
public sealed partial class MarketBroker
{
    /// <summary>Price levels a side in one quote.</summary>
    public const int MaxLevels = 50;

    /// <summary>The book of now, unsigned: for this node's own display.</summary>
    /// <param name="levels">Price levels wanted a side, at least 1; at most <see cref="MaxLevels"/> are given.</param>
    public BookSnapshot Book(Instant now, int levels)
    {
        var slot = AdvanceTo(now);
        // An offer that starts with the next match slot is in that slot's book.
        return BookAt(slot.IsMatch ? slot : slot.Next).Snapshot(slot, Math.Clamp(levels, 1, MaxLevels));
    }

    /// <summary>GetPrice: the best prices, depth and a digest of the book, signed by this broker.</summary>
    /// <param name="levels">Price levels wanted a side; at most <see cref="MaxLevels"/> are given.</param>
    public Record Quote(Instant now, int levels)
    {
        var book = Book(now, levels);
        var slot = book.Slot;
        var body = new QuoteBody
        {
            Market = ByteString.CopyFrom(_rules.Market.ToArray()),
            Config = ByteString.CopyFrom(_sets.Of(slot).Id.Value.ToArray()),
            Slot = slot.Value,
            BidUnits = (ulong)book.BidUnits,
            AskUnits = (ulong)book.AskUnits,
            Offers = (uint)book.Offers,
            BookDigest = ByteString.CopyFrom(book.Digest.ToArray()),
            LastCertifiedSlot = _lastCertified.Value,
            LastPriceMicros = _lastPriceMicros,
            UnixMs = now.UnixMs,
        };
        body.Bids.AddRange(book.Bids.Select(ToLevel));
        body.Asks.AddRange(book.Asks.Select(ToLevel));
        if (body.Bids.Count > 0) body.BestBid = body.Bids[0];
        if (body.Asks.Count > 0) body.BestAsk = body.Asks[0];
        return SignedRecords.Sign(_rules.Network, RecordKind.Quote, body, _signer);
    }

    /// <summary>Certified slots still remembered, from a slot on, oldest first.</summary>
    public IReadOnlyList<CertifiedSlot> CertifiedSince(Slot slot)
    {
        var certified = new List<CertifiedSlot>();
        foreach (var state in _slots.Values)
        {
            if (state.Slot >= slot && state.Certified is { } known) certified.Add(known);
        }

        return certified;
    }

    /// <summary>What an owner gets to know of one fill: its certificate, the offers of its legs where they are here, and the broker set.</summary>
    public FillNotice NoticeOf(CertifiedSlot slot, int index)
    {
        ArgumentNullException.ThrowIfNull(slot);
        var notice = new FillNotice { Certificate = slot.CertificateOf(index), Config = _sets.Find(slot.Result.Config)?.Record };
        notice.Offers.AddRange(slot.Fills[index].Legs.Select(leg => _offers.Find(new OfferId(new Hash256(leg.Offer.Span)))?.Record).OfType<Record>());
        return notice;
    }

    /// <summary>What a certified slot was matched from; empty where that is not known here, or not any more.</summary>
    public SlotResponse InputOf(Slot slot)
    {
        var response = new SlotResponse();
        if (_slots.GetValueOrDefault(slot) is not { Certified: { } certified } state || state.ProposalOf(certified.Result.Id) is not { } proposal) return response;
        var offers = proposal.Inputs.Select(input => _offers.Find(input.Offer)?.Record).ToArray();
        if (offers.Any(offer => offer is null)) return response;
        response.Inputs.AddRange(proposal.Inputs.Select(input => input.ToEntry()));
        response.Offers.AddRange(offers);
        return response;
    }

    /// <summary>The rank of an offer on its side, from 1, and 0 where it is not kept; its free quantity now.</summary>
    public (int Rank, int Free) StandingOf(OfferId id, Slot at) =>
        _offers.Find(id) is { } kept ? (_offers.RankOf(id), FreeOf(kept.Offer, at)) : (0, 0);

    private static Level ToLevel(BookLevel level) => new() { PriceMicros = level.Price.Value, Units = (ulong)level.Units, Offers = (uint)level.Offers };
}
