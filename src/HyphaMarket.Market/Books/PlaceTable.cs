using HyphaMarket.Market.Ids;

namespace HyphaMarket.Market.Books;

/// <summary>The places of a store by offer id: a table of hash codes that is half empty at least, and the places beside it, which know their ids themselves.</summary>
/// <remarks>
/// A dictionary would have each id a second time, 60 bytes an offer where 24 do; what is looked for in vain, as each new offer is, costs one look at the codes.
/// Linear probing; what goes leaves no mark, since those behind it move up.
/// </remarks>
internal sealed class PlaceTable
{
    private const int Smallest = 64;

    /// <summary>Growth while a table is small costs more than its memory: 64, 512, 4,096, and doubled from there.</summary>
    private const int GrowsFast = 4_096;

    /// <summary>Of a place that is taken, so that no code is zero.</summary>
    private const int IsTaken = int.MinValue;

    private int[] _codes = [];
    private StoredOffer?[] _places = [];

    public int Count { get; private set; }

    /// <summary>The place of an offer; null where it is not here.</summary>
    public StoredOffer? Find(OfferId id) => Count > 0 && IndexOf(id) is >= 0 and var index ? _places[index] : null;

    /// <returns>False where a place of this id is here already.</returns>
    public bool TryAdd(StoredOffer stored)
    {
        if (2 * (Count + 1) > _codes.Length) Grow();
        var index = IndexOf(stored.Offer.Id);
        if (index >= 0) return false;
        Set(~index, CodeOf(stored.Offer.Id), stored);
        Count++;
        return true;
    }

    /// <summary>Takes out a place, if it is here.</summary>
    public void Remove(StoredOffer stored)
    {
        if (Count == 0) return;
        var (code, mask) = (CodeOf(stored.Offer.Id), _codes.Length - 1);
        var free = code & mask;
        // By the place itself: those that lie on the way need not be fetched.
        for (; _places[free] != stored; free = (free + 1) & mask)
        {
            if (_codes[free] == 0) return;
        }

        Count--;
        for (var next = (free + 1) & mask; _codes[next] != 0; next = (next + 1) & mask)
        {
            // It may move up unless it would come before where it is looked for first.
            if (((next - _codes[next]) & mask) < ((next - free) & mask)) continue;
            Set(free, _codes[next], _places[next]);
            free = next;
        }

        Set(free, 0, null);
    }

    private static int CodeOf(OfferId id) => id.GetHashCode() | IsTaken;

    /// <summary>Where the id is; where it is not, the complement of where it would be put.</summary>
    private int IndexOf(OfferId id)
    {
        var (code, mask) = (CodeOf(id), _codes.Length - 1);
        var index = code & mask;
        for (; _codes[index] is not 0 and var other; index = (index + 1) & mask)
        {
            if (other == code && _places[index]!.Offer.Id == id) return index;
        }

        return ~index;
    }

    private void Grow()
    {
        var (codes, places) = (_codes, _places);
        var size = codes.Length == 0 ? Smallest : codes.Length < GrowsFast ? 8 * codes.Length : 2 * codes.Length;
        (_codes, _places) = (new int[size], new StoredOffer?[size]);
        for (var i = 0; i < codes.Length; i++)
        {
            if (codes[i] == 0) continue;
            var index = codes[i] & (size - 1);
            while (_codes[index] != 0) index = (index + 1) & (size - 1);
            Set(index, codes[i], places[i]);
        }
    }

    private void Set(int index, int code, StoredOffer? place) => (_codes[index], _places[index]) = (code, place);
}
