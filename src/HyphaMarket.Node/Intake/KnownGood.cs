using System.Numerics;
using HyphaMarket.Brokerage.Admission;
using HyphaMarket.Market.Slots;
using HyphaMarket.Wire;

namespace HyphaMarket.Node.Intake;

/// <summary>Records of one market that were verified and kept, by id: a copy of one, and each record comes to a broker several times, costs no second check.</summary>
/// <remarks>
/// A cache of references to records that never change, written by the market's loop and read by all connections without a lock. A reader sees a whole record or none,
/// and compares its id; a record that was pushed out is checked again, which costs time and nothing else. Only what is good is remembered, or a stranger's
/// forgery could keep an owner out.
/// </remarks>
public sealed class KnownGood
{
    /// <summary>Places where an id may be: with twice the places of what is kept, few sets of four overflow.</summary>
    private const int Ways = 4;

    /// <summary>Ends before everything.</summary>
    private const long Free = long.MinValue;

    private readonly VerifiedRecord?[] _places;

    /// <summary>When what stands in a place ends; of the writer alone, so that it looks for room without a look at each record.</summary>
    private readonly long[] _ends;

    /// <summary>The hash codes of the ids there. A reader that sees one too early or too late does not find a copy, which costs a check.</summary>
    private readonly int[] _hashes;
    private readonly int _sets;

    /// <param name="places">Rounded up to a power of two.</param>
    public KnownGood(int places)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(places);
        _sets = (int)BitOperations.RoundUpToPowerOf2((uint)Math.Max(1, places / Ways));
        _places = new VerifiedRecord?[_sets * Ways];
        _ends = new long[_places.Length];
        _hashes = new int[_places.Length];
        Array.Fill(_ends, Free);
    }

    /// <summary>The verified record of this id; null where it is not remembered.</summary>
    public VerifiedRecord? Find(RecordId id)
    {
        var (first, hash) = (FirstOf(id), id.GetHashCode());
        for (var i = first; i < first + Ways; i++)
        {
            if (_hashes[i] == hash && Volatile.Read(ref _places[i]) is { } known && known.Id == id) return known;
        }

        return null;
    }

    /// <summary>Remembers a record that was kept; by one thread at a time.</summary>
    public void Add(VerifiedRecord verified)
    {
        ArgumentNullException.ThrowIfNull(verified);
        var (id, offer) = (verified.Id, verified.Read.Offer);
        var (first, hash) = (FirstOf(id), id.GetHashCode());
        // The one that ends first gives way.
        var at = first;
        for (var i = first; i < first + Ways; i++)
        {
            if (_hashes[i] == hash && _ends[i] != Free && _places[i]!.Id == id) return;
            if (_ends[i] < _ends[at]) at = i;
        }

        (_ends[at], _hashes[at]) = (offer.LastSlot.Value, hash);
        Volatile.Write(ref _places[at], verified);
    }

    /// <summary>Forgets what ended before the slot; by one thread at a time.</summary>
    public void Forget(Slot before)
    {
        for (var i = 0; i < _places.Length; i++)
        {
            if (_ends[i] == Free || _ends[i] >= before.Value) continue;
            _ends[i] = Free;
            Volatile.Write(ref _places[i], null);
        }
    }

    // The seeded hash, so that nobody can choose ids that push each other out.
    private int FirstOf(RecordId id) => (id.GetHashCode() & (_sets - 1)) * Ways;
}
