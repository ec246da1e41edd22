using HyphaMarket.Market.Slots;
using HyphaMarket.Node.Configuration;

namespace HyphaMarket.Node.Trading.Standing;

/// <summary>What a pricing hook said last, when it is asked next, and whether its failure was told.</summary>
public sealed class HookedPrice
{
    private string? _hook;
    private Instant _nextAt;
    private bool _fails;

    /// <summary>The last good price, micro-credits per minute and unit; null before the first, and for another hook than before.</summary>
    public long? Micros { get; private set; }

    /// <summary>Whether the hook is to be run now; then the next time is an interval away.</summary>
    public bool IsDue(Instant now, AdvertiseOptions advertise)
    {
        ArgumentNullException.ThrowIfNull(advertise);
        if (_hook != advertise.Hook) (_hook, _nextAt, _fails, Micros) = (advertise.Hook, now, false, null);
        if (_hook is null || !advertise.Enabled || now < _nextAt) return false;
        _nextAt = now.PlusMs((long)advertise.HookInterval.TotalMilliseconds);
        return true;
    }

    /// <summary>The hook was run.</summary>
    /// <returns>Whether its failure is news: it was well before.</returns>
    public bool OnAnswer(long? micros)
    {
        var isNews = micros is null && !_fails;
        _fails = micros is null;
        Micros = micros ?? Micros;
        return isNews;
    }
}
