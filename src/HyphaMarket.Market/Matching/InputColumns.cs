using System.Numerics;
using HyphaMarket.Market.Books;
using HyphaMarket.Market.Ids;
using HyphaMarket.Market.Offers;

namespace HyphaMarket.Market.Matching;

/// <summary>A slot's input in the form that a book has: keys to sort, and arrays beside them by the number of the entry.</summary>
internal sealed class InputColumns
{
    private readonly Dictionary<ParticipantId, int> _owners = [];
    private ulong[] _bids = [];
    private ulong[] _asks = [];
    private int _bidCount;
    private int _askCount;

    public ReadOnlySpan<ulong> Bids => _bids.AsSpan(0, _bidCount);
    public ReadOnlySpan<ulong> Asks => _asks.AsSpan(0, _askCount);
    public OfferRow[] Rows { get; private set; } = [];
    public OfferId[] Ids { get; private set; } = [];
    public Offer?[] Offers { get; private set; } = [];

    /// <summary>Owners by the numbers that the rows have.</summary>
    public IReadOnlyDictionary<ParticipantId, int> Owners => _owners;

    public void Load(MatchInput input)
    {
        Reserve(input.Entries.Count);
        _owners.Clear();
        (_bidCount, _askCount) = (0, 0);
        for (var index = 0; index < input.Entries.Count; index++)
        {
            var (offer, free, _) = input.Entries[index];
            if (!_owners.TryGetValue(offer.Owner, out var owner)) _owners.Add(offer.Owner, owner = _owners.Count);
            Rows[index].Set(BookOffer.Of(offer, owner, free));
            (Ids[index], Offers[index]) = (offer.Id, offer);
            var key = PackedKey.Pack(offer.Side, offer.LimitPrice, index);
            if (offer.Side == Side.Bid) _bids[_bidCount++] = key;
            else _asks[_askCount++] = key;
        }
    }

    /// <summary>Forgets the offers, so that their memory can be had again.</summary>
    public void Clear()
    {
        Array.Clear(Offers);
        _owners.Clear();
    }

    private void Reserve(int count)
    {
        if (Rows.Length >= count) return;
        var capacity = (int)BitOperations.RoundUpToPowerOf2((uint)count);
        (_bids, _asks) = (new ulong[capacity], new ulong[capacity]);
        (Rows, Ids, Offers) = (new OfferRow[capacity], new OfferId[capacity], new Offer?[capacity]);
    }
}
