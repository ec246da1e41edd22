using HyphaMarket.Market.Ids;
using HyphaMarket.Market.Slots;

namespace HyphaMarket.Brokerage.Settlement;

/// <summary>
/// One machine with several resources (accelerators, memory, cores, ...), of which a unit of each market takes its share. So eight single-GPU leases and one
/// lease of all eight exclude each other without anybody keeping count twice.
/// </summary>
public sealed class MachineCapacity : ICapacity
{
    private readonly long[] _totals;
    private readonly SortedDictionary<MarketId, long[]> _needs = [];

    /// <param name="totals">How much of each resource there is; at least one resource.</param>
    /// <param name="needs">How much of each resource one unit of a market takes, in the order of <paramref name="totals"/>; at least one need is positive.</param>
    /// <exception cref="ArgumentException">Negative amounts, other lengths, or a unit that takes nothing (which would be endless).</exception>
    public MachineCapacity(IReadOnlyList<long> totals, IReadOnlyDictionary<MarketId, IReadOnlyList<long>> needs)
    {
        ArgumentNullException.ThrowIfNull(totals);
        ArgumentNullException.ThrowIfNull(needs);
        if (totals.Count == 0 || totals.Any(total => total < 0)) throw new ArgumentException("A machine has at least one resource, and none below zero.", nameof(totals));
        _totals = [.. totals];
        foreach (var (market, need) in needs)
        {
            if (need.Count != _totals.Length || need.Any(amount => amount < 0) || need.All(amount => amount == 0))
            {
                throw new ArgumentException($"A unit of market {market} must take something of the {_totals.Length} resources.", nameof(needs));
            }

            _needs.Add(market, [.. need]);
        }
    }

    /// <summary>A machine that serves each market from units of its own.</summary>
    public static MachineCapacity OfUnits(IReadOnlyDictionary<MarketId, int> units)
    {
        ArgumentNullException.ThrowIfNull(units);
        var markets = units.Keys.Order().ToArray();
        var needs = markets.ToDictionary(market => market, market => (IReadOnlyList<long>)markets.Select(other => other == market ? 1L : 0L).ToArray());
        return new MachineCapacity(markets.Length == 0 ? [0] : [.. markets.Select(market => (long)units[market])], needs);
    }

    public bool Fits(IReadOnlyCollection<CapacityUse> taken, CapacityUse wanted)
    {
        ArgumentNullException.ThrowIfNull(taken);
        if (!_needs.ContainsKey(wanted.Market) || wanted.Units <= 0) return false;

        // Use only grows where something starts, so the peak inside the wanted span is at its start or at another start within it.
        var overlapping = taken.Where(use => use.Overlaps(wanted)).ToArray();
        return overlapping.Select(use => use.From).Where(from => from > wanted.From).Append(wanted.From).All(moment => FitsAt(moment, overlapping, wanted));
    }

    public bool FitsTogether(IReadOnlyCollection<CapacityUse> taken, IReadOnlyCollection<IReadOnlyCollection<OfferedUnits>> offered)
    {
        ArgumentNullException.ThrowIfNull(taken);
        ArgumentNullException.ThrowIfNull(offered);
        var used = new Int128[_totals.Length];
        foreach (var use in taken)
        {
            if (!_needs.TryGetValue(use.Market, out var need)) return false;
            for (var i = 0; i < used.Length; i++) used[i] += (Int128)need[i] * use.Units;
        }

        foreach (var alternatives in offered)
        {
            if (alternatives.Any(offer => !_needs.ContainsKey(offer.Market))) return false;

            // The largest of each resource by itself: whichever alternative is filled, it fits.
            for (var i = 0; i < used.Length; i++) used[i] += alternatives.Select(offer => (Int128)_needs[offer.Market][i] * offer.Units).DefaultIfEmpty().Max();
        }

        return used.Zip(_totals).All(pair => pair.First <= pair.Second);
    }

    private bool FitsAt(Instant moment, CapacityUse[] overlapping, CapacityUse wanted)
    {
        var used = new Int128[_totals.Length];
        foreach (var use in overlapping.Append(wanted))
        {
            if (moment < use.From || moment >= use.Until) continue;

            // A promise in a market that the machine no longer serves cannot be weighed, so nothing more is sold beside it.
            if (!_needs.TryGetValue(use.Market, out var need)) return false;
            for (var i = 0; i < used.Length; i++) used[i] += (Int128)need[i] * use.Units;
        }

        for (var i = 0; i < used.Length; i++)
        {
            if (used[i] > _totals[i]) return false;
        }

        return true;
    }
}
