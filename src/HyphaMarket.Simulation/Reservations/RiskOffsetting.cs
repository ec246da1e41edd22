using System.Globalization;

namespace HyphaMarket.Simulation.Reservations;

/// <summary>Section 4.2 of the paper: a fee that makes good what the coordinator loses when availability falls and users are no more honest than they are.</summary>
public static class RiskOffsetting
{
    /// <summary>Samples of each situation: a standard error of less than 0.0005 for each user.</summary>
    private const int Samples = 5_000;

    /// <summary>The paper's raised fee, and the mean honesty that it is for.</summary>
    private const double PublishedFee = 0.05, PublishedHonesty = 0.4;

    /// <param name="options">Contract, users, how availability is drawn, seed.</param>
    /// <param name="honesty">The users' mean, 0 to 1; theirs are spread evenly around it.</param>
    /// <param name="before">Availability in this period.</param>
    /// <param name="after">Availability foreseen for the next.</param>
    /// <returns>This period, the next at the same fee, at the paper's, at the one that restores this period's profit, and at the one that ends without profit or loss.</returns>
    public static IReadOnlyList<OffsettingRow> Run(StudyOptions options, double honesty, Availability before, Availability after, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        var random = new LaneRandom(options.Seed, stream: 0);
        var users = UserBase.Around(honesty, options.Users);
        var fee = options.Contract.Fee;
        // The paper speaks of its own example alone.
        string? Paper(string says) => Math.Abs(honesty - PublishedHonesty) < 1e-9 && before.Peak == 0.8 && after.Peak == 0.6 ? says : null;
        var now = Row("now", options, before, users, fee, Paper("a profit"), ref random, stop);
        var next = Row("next, the same fee", options, after, users, fee, Paper("a loss"), ref random, stop);
        // What a user pays more in fees the coordinator has more: nothing else depends on the fee.
        var whole = fee + now.Profit - next.Profit;
        var even = fee - next.Profit;
        return
        [
            now,
            next,
            Row(string.Create(CultureInfo.InvariantCulture, $"next, the paper's fee of {PublishedFee}"), options, after, users, PublishedFee, Paper("enough to offset the loss"), ref random, stop),
            Row("next, the fee that restores what was", options, after, users, whole, null, ref random, stop),
            Row("next, the fee that ends even", options, after, users, even, null, ref random, stop),
        ];
    }

    /// <summary>The coordinator's profit for each user at mean honesties from 0 to 1, as <see cref="Run"/> simulates it: the curves of figure 3.</summary>
    /// <param name="points">How many honesties; at least 2.</param>
    public static IReadOnlyList<(double Honesty, double Profit)> Curve(StudyOptions options, Availability availability, double fee, int points, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(options);
        var random = new LaneRandom(options.Seed, ReservationStudy.StreamOf(availability));
        var market = new SampledMarket(options.Contract with { Fee = fee }, availability, options.Draw);
        var curve = new (double, double)[points];
        for (var i = 0; i < points; i++)
        {
            stop.ThrowIfCancellationRequested();
            var users = UserBase.Around((double)i / (points - 1), options.Users);
            curve[i] = (users.Mean, market.Play(users, options.Samples, ref random).Profit);
        }

        return curve;
    }

    private static OffsettingRow Row(string situation, StudyOptions options, Availability availability, UserBase users, double fee, string? published, ref LaneRandom random, CancellationToken stop)
    {
        var contract = options.Contract with { Fee = fee };
        var (profit, error) = FrozenMarket.Play(new SampledMarket(contract, availability, options.Draw), users, Samples, ref random, stop);
        return new OffsettingRow(situation, availability.Mean, users.Mean, fee, profit, error, options.Draw == AvailabilityDraw.User ? new ReservationTheory(contract, availability).Profit(users.Mean, users.Variance, users.Count) : null, published);
    }
}
