using HyphaMarket.Market.Ids;
using HyphaMarket.Market.Slots;

namespace HyphaMarket.Brokerage.Settlement;

/// <summary>Who let this node down lately. Local: nobody is told, nobody is believed. A strike halves with every half-life.</summary>
public sealed class StrikeBook
{
    /// <summary>Counted in thousandths, so that halving keeps something to halve.</summary>
    private const long One = 1000;

    private readonly SortedDictionary<ParticipantId, (long Milli, Instant At)> _strikes = [];
    private readonly long _halfLifeMs;
    private readonly int _max;

    /// <param name="halfLifeMs">Positive.</param>
    /// <param name="max">Participants remembered; the least struck is forgotten first.</param>
    public StrikeBook(long halfLifeMs, int max)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(halfLifeMs);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(max);
        (_halfLifeMs, _max) = (halfLifeMs, max);
    }

    public void Add(Instant at, ParticipantId who)
    {
        var milli = Math.Min(MilliOf(at, who) + One, 1000 * One);
        if (!_strikes.ContainsKey(who) && _strikes.Count >= _max)
        {
            var least = _strikes.MinBy(pair => Decayed(pair.Value, at)).Key;
            _strikes.Remove(least);
        }

        _strikes[who] = (milli, at);
    }

    /// <summary>Strikes in thousandths at that moment.</summary>
    public long MilliOf(Instant now, ParticipantId who) => _strikes.TryGetValue(who, out var entry) ? Decayed(entry, now) : 0;

    private long Decayed((long Milli, Instant At) entry, Instant now)
    {
        var age = Math.Max(0, now.UnixMs - entry.At.UnixMs);
        var halvings = age / _halfLifeMs;
        if (halvings > 62) return 0;

        // Straight within a half-life: else whoever is struck once in every half-life would keep all strikes for ever.
        var halved = entry.Milli >> (int)halvings;
        return halved - (long)((Int128)halved * (age % _halfLifeMs) / (2 * _halfLifeMs));
    }
}
