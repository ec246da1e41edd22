using System.Diagnostics.CodeAnalysis;
using HyphaMarket.Market.Ids;
using HyphaMarket.Market.Slots;

namespace HyphaMarket.Simulation.Checking;

/// <summary>What somebody knows of offers, until they have been over for so long that it concerns nothing any more. It is looked through now and then, not with each offer.</summary>
/// <param name="lastOf">The last slot of the offer that is meant.</param>
internal sealed class OfferMemory<T>(Func<T, Slot> lastOf)
{
    /// <summary>Slots between two looks: some two minutes of a simulated market, in which what is kept grows little.</summary>
    private const int Pause = 64;

    private readonly Dictionary<OfferId, T> _known = [];
    private Slot _looked;

    public IEnumerable<T> All => _known.Values;

    public bool TryGet(OfferId id, [MaybeNullWhen(false)] out T known) => _known.TryGetValue(id, out known);

    public bool Contains(OfferId id) => _known.ContainsKey(id);

    /// <summary>Remembers an offer; false where it is remembered.</summary>
    public bool TryAdd(OfferId id, T known) => _known.TryAdd(id, known);

    /// <summary>Forgets what was over before a slot.</summary>
    /// <param name="staying">What is kept though it is over; null for nothing.</param>
    public void Forget(Slot before, IEnumerable<OfferId>? staying = null)
    {
        if (before < _looked.Plus(Pause)) return;
        _looked = before;
        var kept = staying?.ToHashSet();
        foreach (var (id, known) in _known)
        {
            // Removing while walking is allowed.
            if (lastOf(known) < before && kept?.Contains(id) is not true) _known.Remove(id);
        }
    }
}
