using HyphaMarket.Node.Configuration;

namespace HyphaMarket.Node.Trading.Standing;

/// <summary>Which asks a worker has standing: within the machine, its reserve and its hours, at a price not below the floor. Decides on what is there and remembers nothing.</summary>
/// <remarks>
/// A lease of such an ask ends within the hours, whenever the ask fills and however often the lease is renewed: renewals end with the ask's own term, and
/// that is what is left of the hours when the ask ends.
/// </remarks>
public static class AdvertisePolicy
{
    /// <summary>A life shorter than so many times <see cref="AdvertiseView.RenewWithin"/> would be renewed all the time.</summary>
    private const int LeastLives = 4;

    /// <summary>The part of what is left of the hours that an ask may rest in; the rest is for its lease.</summary>
    private const int LifePart = 4;

    public static StandingDecision Decide(AdvertiseOptions advertise, AdvertiseView view)
    {
        ArgumentNullException.ThrowIfNull(advertise);
        ArgumentNullException.ThrowIfNull(view);
        var price = PriceOf(advertise, view);
        var left = advertise.Enabled ? LeftOfHours(advertise.Hours, view) : null;
        var (life, term) = left is { } time ? LifeAndTerm(time, view) : default;
        var isOffered = life >= view.RenewWithin * LeastLives && term > 0;
        var target = left is null ? 0 : Math.Max(0, view.Units - advertise.Reserve - view.PromisedUnits - view.Asks.Where(ask => !ask.IsOurs || !ask.IsOpen).Sum(ask => ask.Remaining));

        var ours = view.Asks.Where(ask => ask is { IsOurs: true, IsOpen: true }).ToArray();
        var standing = ours.Sum(ask => ask.Remaining);
        var withdrawn = new List<StandingAction>();
        foreach (var ask in ours)
        {
            var rests = TimeSpan.FromMilliseconds(ask.Ends.UnixMs - view.Now.UnixMs);
            var endsInTime = left is { } hours && rests + view.SettleWithin + TimeSpan.FromMinutes(ask.TermMinutes) <= hours && ask.TermMinutes <= view.LongestTerm.TotalMinutes;
            var isDue = isOffered && rests < view.RenewWithin;
            if (standing <= target && ask.PriceMicros == price && endsInTime && !isDue) continue;
            withdrawn.Add(new StandingAction.Withdraw(ask.Id));
            standing -= ask.Remaining;
        }

        if (withdrawn.Count > 0) return new StandingDecision(withdrawn);
        return isOffered && standing < target ? new StandingDecision([new StandingAction.Place(target - standing, price, term, life)]) : StandingDecision.Nothing;
    }

    /// <summary>The price to ask; micro-credits per minute and unit.</summary>
    public static long PriceOf(AdvertiseOptions advertise, AdvertiseView view)
    {
        ArgumentNullException.ThrowIfNull(advertise);
        ArgumentNullException.ThrowIfNull(view);
        return Math.Max(view.FloorMicros, advertise.Hook is null ? advertise.PriceMicros : view.HookMicros ?? advertise.PriceMicros);
    }

    private static (TimeSpan Life, int Term) LifeAndTerm(TimeSpan left, AdvertiseView view)
    {
        var life = Min(view.LongestLife, TimeSpan.FromSeconds(Math.Floor((left / LifePart).TotalSeconds)));
        // A second more, since an order's slots begin with the next match.
        var term = Min(view.LongestTerm, left - life - view.SettleWithin - TimeSpan.FromSeconds(1));
        return (life, (int)Math.Max(0, Math.Floor(term.TotalMinutes)));
    }

    /// <summary>How long units may be in use from now on, through stretches that follow each other; null outside the hours.</summary>
    private static TimeSpan? LeftOfHours(IReadOnlyList<string> texts, AdvertiseView view)
    {
        // More than any ask and its lease take: as good as for ever.
        var enough = ((view.LongestLife + view.SettleWithin) * LifePart) + view.LongestTerm + TimeSpan.FromDays(1);
        if (texts.Count == 0) return enough;
        var hours = texts.Select(text => DailyHours.TryParse(text, out var stretch) ? stretch : throw new ArgumentException($"These are no hours: {text}.", nameof(texts))).ToArray();
        var now = DateTimeOffset.FromUnixTimeMilliseconds(view.Now.UnixMs);
        var left = TimeSpan.Zero;
        while (left < enough && hours.Max(stretch => stretch.LeftAt(now + left)) is { } more)
        {
            left += more;
            // A day without a gap is a week without one.
            if (left >= TimeSpan.FromDays(1)) return enough;
        }

        return left == TimeSpan.Zero ? null : left;
    }

    private static TimeSpan Min(TimeSpan one, TimeSpan other) => one < other ? one : other;
}
