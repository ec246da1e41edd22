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

    /// <summary>GetPrice: the best prices, depth and a digest of the book, signed by this broker.</summary>
    /// <param name="levels">Price levels wanted a side; at most <see cref="MaxLevels"/> are given.</param>
    public Record Quote(Instant now, int levels) => SignedRecords.Sign(_rules.Network, RecordKind.Quote, TakePicture(now).ToBody(levels), _signer);

    /// <summary>What a quote is made of, for readers that do not come to this core.</summary>
    public MarketPicture TakePicture(Instant now)
    {
        var slot = AdvanceTo(now);
        // An offer that starts with the next match slot is in that slot's book.
        var book = BookAt(slot.IsMatch ? slot : slot.Next).Snapshot(slot, MaxLevels);
        return new MarketPicture(book, _sets.Of(slot).Id, _lastCertified, _lastPriceMicros, now);
    }

    /// <summary>Certified slots still remembered, from a slot on, oldest first.</summary>
    public IReadOnlyList<CertifiedSlot> CertifiedSince(Slot slot)
    {
        var certified = new List<CertifiedSlot>();
        foreach (var (_, state) in _slots)
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
        _offers.Find(id) is { } kept ? (_offers.RankOf(id), FreeOf(kept, at)) : (0, 0);
}
