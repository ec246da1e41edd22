using HyphaMarket.Market.Ids;
using HyphaMarket.Market.Offers;
using HyphaMarket.Market.Slots;
using HyphaMarket.Wire;
using HyphaMarket.Wire.Messages;

namespace HyphaMarket.Brokerage.Brokers;

/// <summary>The offers and cancels of one market's replica, and which of them may trade: a function of the records.</summary>
/// <param name="mostASide">R: the best so many offers of each side are kept; the rest fall out.</param>
/// <param name="mostOfOwner">Of one owner's offers so many with the highest sequences are eligible.</param>
internal sealed class OfferTable(int mostASide, int mostOfOwner)
{
    private readonly Dictionary<OfferId, OfferState> _offers = [];
    private readonly Dictionary<OfferId, CancelState> _cancels = [];
    private readonly Dictionary<ParticipantId, SortedSet<OfferState>> _byOwner = [];
    private readonly SortedSet<OfferState> _bids = new(BestFirst);
    private readonly SortedSet<OfferState> _asks = new(BestFirst);

    private static readonly Comparer<OfferState> BestFirst = Comparer<OfferState>.Create((left, right) => OfferOrder.Compare(left.Offer, right.Offer));

    /// <summary>An owner's latest first; twins of one sequence by id, so that all brokers prefer the same one.</summary>
    private static readonly Comparer<OfferState> LatestFirst = Comparer<OfferState>.Create((left, right) =>
    {
        var order = right.Offer.Sequence.CompareTo(left.Offer.Sequence);
        return order != 0 ? order : left.Offer.Id.CompareTo(right.Offer.Id);
    });

    public int Count => _offers.Count;

    public IReadOnlyCollection<OfferState> Side(Side side) => side == Market.Offers.Side.Bid ? _bids : _asks;

    public OfferState? Find(OfferId id) => _offers.GetValueOrDefault(id);

    public CancelState? CancelOf(OfferId id) => _cancels.GetValueOrDefault(id);

    /// <summary>The worst price kept where the side is full and this offer would not displace it; else null.</summary>
    public OfferState? FullFor(Offer offer)
    {
        var side = offer.Side == Market.Offers.Side.Bid ? _bids : _asks;
        return side.Count >= mostASide && OfferOrder.Compare(offer, side.Max!.Offer) > 0 ? side.Max : null;
    }

    /// <summary>Keeps the offer, and returns what falls out for it: null, a worse offer, or the offer itself.</summary>
    public OfferState? Add(OfferState state)
    {
        var side = state.Offer.Side == Market.Offers.Side.Bid ? _bids : _asks;
        _offers.Add(state.Offer.Id, state);
        side.Add(state);
        if (!_byOwner.TryGetValue(state.Offer.Owner, out var own)) _byOwner.Add(state.Offer.Owner, own = new SortedSet<OfferState>(LatestFirst));
        own.Add(state);
        if (side.Count <= mostASide) return null;
        var worst = side.Max!;
        Remove(worst);
        return worst;
    }

    /// <summary>Notes a cancel, of an offer known yet or not; the first one stands.</summary>
    public bool AddCancel(OfferId offer, CancelState cancel) => _cancels.TryAdd(offer, cancel);

    /// <summary>Whether another offer of this owner has the same sequence.</summary>
    public OfferState? TwinOf(Offer offer) =>
        _byOwner.GetValueOrDefault(offer.Owner)?.FirstOrDefault(other => other.Offer.Sequence == offer.Sequence && other.Offer.Id != offer.Id);

    /// <summary>The owner's offers that have not ended or been cancelled.</summary>
    public IEnumerable<OfferState> OpenOf(ParticipantId owner, Slot now) =>
        _byOwner.GetValueOrDefault(owner)?.Where(state => state.Offer.LastSlot >= now && !_cancels.ContainsKey(state.Offer.Id)) ?? [];

    /// <summary>Whether an offer may be in a slot's input: in its slots, not cancelled, among its owner's latest, and the first of its twins.</summary>
    public bool IsEligible(OfferState state, Slot slot) =>
        state.Offer.FirstSlot <= slot && slot <= state.Offer.LastSlot && !_cancels.ContainsKey(state.Offer.Id) && IsAmongLatest(state, slot);

    /// <summary>The eligible offers of one side, best first.</summary>
    public IEnumerable<OfferState> Eligible(Side side, Slot slot) => Side(side).Where(state => IsEligible(state, slot));

    /// <summary>Whether the offer is one of its owner's latest that have not ended, and not the second of twins.</summary>
    public bool IsAmongLatest(OfferState state, Slot slot)
    {
        var seen = 0;
        OfferState? before = null;
        foreach (var other in _byOwner[state.Offer.Owner])
        {
            if (other.Offer.LastSlot < slot) continue;
            var isTwin = before?.Offer.Sequence == other.Offer.Sequence;
            if (other == state) return !isTwin && seen < mostOfOwner;
            if (!isTwin) seen++;
            if (seen >= mostOfOwner) return false;
            before = other;
        }

        return false;
    }

    /// <summary>The rank in its side's fixed order, from 1; 0 where it is not kept.</summary>
    public int RankOf(OfferId id)
    {
        if (Find(id) is not { } state) return 0;
        var side = state.Offer.Side == Market.Offers.Side.Bid ? _bids : _asks;
        return side.TakeWhile(other => other != state).Count() + 1;
    }

    /// <summary>Forgets offers and cancels that ended before the slot; returns the ids that are gone.</summary>
    public IReadOnlyList<RecordId> Forget(Slot before)
    {
        var gone = new List<RecordId>();
        foreach (var state in _offers.Values.Where(state => state.Offer.LastSlot < before).ToArray())
        {
            Remove(state);
            gone.Add(state.Id);
        }

        foreach (var (id, cancel) in _cancels.Where(entry => entry.Value.LastSlot < before).ToArray())
        {
            _cancels.Remove(id);
            gone.Add(cancel.Id);
        }

        return gone;
    }

    private void Remove(OfferState state)
    {
        _offers.Remove(state.Offer.Id);
        (state.Offer.Side == Market.Offers.Side.Bid ? _bids : _asks).Remove(state);
        var own = _byOwner[state.Offer.Owner];
        own.Remove(state);
        if (own.Count == 0) _byOwner.Remove(state.Offer.Owner);
    }
}
