using System.Globalization;

namespace HyphaMarket.Simulation.Reservations;

/// <summary>
/// Section 4.1 of the paper: the coordinator foresees the next period's availability, reckons the mean honesty that pays best there, and wins users of a segment that
/// moves the mean to it by a lower fee.
/// </summary>
public static class HonestyBalancing
{
    /// <summary>Samples of each situation: a standard error of less than 0.0005 for each user.</summary>
    private const int Samples = 5_000;

    /// <summary>Whom to win: those farthest beyond the target first, since fewer of them are needed; no more than move the mean to it.</summary>
    /// <param name="users">Who reserves now.</param>
    /// <param name="candidates">Segments that could be won.</param>
    /// <returns>How many of which honesty; too few where there are not enough.</returns>
    public static IReadOnlyList<Segment> Plan(Segment users, IReadOnlyList<Segment> candidates, double target)
    {
        ArgumentNullException.ThrowIfNull(users);
        ArgumentNullException.ThrowIfNull(candidates);
        var joining = new List<Segment>();
        var (count, sum) = ((double)users.Users, users.Users * users.Honesty);
        var side = Math.Sign(target - users.Honesty);
        foreach (var segment in candidates.Where(segment => Math.Sign(segment.Honesty - target) == side && side != 0).OrderByDescending(segment => Math.Abs(segment.Honesty - target)))
        {
            // x of honesty h move the mean to t where (sum + x h) / (count + x) = t.
            var wanted = (int)Math.Min(segment.Users, Math.Floor(((sum - (target * count)) / (target - segment.Honesty)) + 1e-9));
            if (wanted <= 0) break;
            joining.Add(segment with { Users = wanted });
            if (wanted < segment.Users) break;
            (count, sum) = (count + wanted, sum + (wanted * segment.Honesty));
        }

        return joining;
    }

    /// <param name="options">Contract, how availability is drawn, seed.</param>
    /// <param name="users">Who reserves in this period; their honesty is spread evenly around the mean.</param>
    /// <param name="candidates">Segments that could be won.</param>
    /// <param name="before">Availability in this period.</param>
    /// <param name="after">Availability foreseen for the next.</param>
    /// <returns>This period, the next without balancing, the next with it.</returns>
    public static IReadOnlyList<BalancingRow> Run(StudyOptions options, Segment users, IReadOnlyList<Segment> candidates, Availability before, Availability after, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(users);
        options.Validate();
        var random = new LaneRandom(options.Seed, stream: 0);
        var reserving = UserBase.Around(users.Honesty, users.Users);
        var best = Math.Min(1, new ReservationTheory(options.Contract, after).BalancedHonesty);
        var joining = Plan(new Segment(reserving.Count, reserving.Mean), candidates, best);
        var balanced = new UserBase([.. reserving.Honesty[..reserving.Count], .. joining.SelectMany(segment => Enumerable.Repeat(segment.Honesty, segment.Users))]);
        var first = Row("now", options, before, reserving, ref random, stop);
        var unbalanced = Row("next, the same users", options, after, reserving, ref random, stop);
        var won = joining.Count == 0 ? "nobody" : string.Join(" and ", joining.Select(segment => string.Create(CultureInfo.InvariantCulture, $"{segment.Users} of honesty {segment.Honesty:0.##}")));
        var row = Row($"next, with {won} won", options, after, balanced, ref random, stop);
        var joiners = balanced.Count - reserving.Count;
        return [first, unbalanced, joiners == 0 ? row : row with { JoinerFee = options.Contract.Fee - ((row.Profit - unbalanced.Profit) / joiners) }];
    }

    private static BalancingRow Row(string situation, StudyOptions options, Availability availability, UserBase users, ref LaneRandom random, CancellationToken stop)
    {
        var theory = new ReservationTheory(options.Contract, availability);
        var (profit, error) = FrozenMarket.Play(new SampledMarket(options.Contract, availability, options.Draw), users, Samples, ref random, stop);
        return new BalancingRow(
            situation, availability.Mean, Math.Min(1, theory.BalancedHonesty), users.Count, users.Mean, profit, error, options.Draw == AvailabilityDraw.User ? theory.Profit(users.Mean, users.Variance, users.Count) : null, profit * users.Count, JoinerFee: null);
    }
}
