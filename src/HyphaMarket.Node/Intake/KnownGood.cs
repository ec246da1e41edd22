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
    private const int Free = int.MinValue;

    private readonly Place[] _places;
    private readonly int _sets;

    /// <param name="places">Rounded up to a power of two.</param>
    public KnownGood(int places)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(places);
        _sets = (int)BitOperations.RoundUpToPowerOf2((uint)Math.Max(1, places / Ways));
        _places = new Place[_sets * Ways];
        Array.Fill(_places, new Place { Ends = Free });
    }

    /// <summary>The verified record of this id; null where it is not remembered.</summary>
    public VerifiedRecord? Find(RecordId id)
    {
        var (first, hash) = (FirstOf(id), id.GetHashCode());
        foreach (ref var place in _places.AsSpan(first, Ways))
        {
            if (place.Hash == hash && Volatile.Read(ref place.Record) is { } known && known.Id == id) return known;
        }

        return null;
    }

    /// <summary>Remembers a record that was kept; by one thread at a time.</summary>
    public void Add(VerifiedRecord verified)
    {
        ArgumentNullException.ThrowIfNull(verified);
        var (id, offer) = (verified.Id, verified.Offer);
        var (first, hash) = (FirstOf(id), id.GetHashCode());
        // The one that ends first gives way.
        ref var last = ref _places[first];
        foreach (ref var place in _places.AsSpan(first, Ways))
        {
            if (place.Hash == hash && place.Ends != Free && place.Record!.Id == id) return;
            if (place.Ends < last.Ends) last = ref place;
        }

        (last.Ends, last.Hash) = ((int)Math.Clamp(offer.LastSlot.Value, 0, int.MaxValue), hash);
        Volatile.Write(ref last.Record, verified);
    }

    /// <summary>Forgets what ended before the slot; by one thread at a time.</summary>
    public void Forget(Slot before)
    {
        foreach (ref var place in _places.AsSpan())
        {
            if (place.Ends == Free || place.Ends >= before.Value) continue;
            place.Ends = Free;
            Volatile.Write(ref place.Record, null);
        }
    }

    // The seeded hash, so that nobody can choose ids that push each other out.
    private int FirstOf(RecordId id) => (id.GetHashCode() & (_sets - 1)) * Ways;

    /// <summary>Its parts lie together, 16 bytes, and so do those of a set: to look at one costs a miss or two.</summary>
    private struct Place
    {
        public VerifiedRecord? Record;

        /// <summary>The record's last slot; of the writer alone, so that it looks for room without a look at each record.</summary>
        public int Ends;

        /// <summary>The hash code of the record's id. A reader that sees one too early or too late does not find a copy, which costs a check.</summary>
        public int Hash;
    }
}
