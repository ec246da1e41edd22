namespace HyphaMarket.Simulation.Reservations;

/// <summary>A market whose users begin with any honesty and learn which is cheapest for them: the paper's replicator dynamics.</summary>
public static class EvolvingMarket
{
    /// <summary>Rounds between two reports: of the paper's size a round takes about a tenth of a millisecond.</summary>
    private const int RoundsBetweenReports = 100;

    /// <param name="stream">Which of the seed's random streams; markets beside each other have different ones.</param>
    /// <param name="passed">Told after some rounds how many more have passed.</param>
    /// <returns>All rounds in their order.</returns>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    public static IReadOnlyList<Round> Run(StudyOptions options, Availability availability, int stream, Action<int>? passed, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(options);
        var random = new LaneRandom(options.Seed, stream);
        var honesties = new double[options.Users];
        foreach (ref var honesty in honesties.AsSpan()) honesty = random.NextFraction();
        var users = new UserBase(honesties);
        var market = new SampledMarket(options.Contract, availability, options.Draw);
        var trial = new MutationTrial(options.Contract, availability, options.Trial, options.Samples);
        var rounds = new Round[options.Rounds];
        for (var i = 0; i < rounds.Length; i++)
        {
            stop.ThrowIfCancellationRequested();
            if (i > 0 && i % RoundsBetweenReports == 0) passed?.Invoke(RoundsBetweenReports);

            var (user, other) = ((int)(random.NextFraction() * users.Count), random.NextFraction());
            var current = users[user];
            // The market is played with the honesty that is being tried, as the paper does.
            users[user] = other;
            var outcome = market.Play(users, options.Samples, ref random);
            rounds[i] = new Round(users.Mean, outcome.Profit, outcome.Surplus);
            if (!trial.Prefers(other, current, ref random)) users[user] = current;
        }

        passed?.Invoke(((rounds.Length - 1) % RoundsBetweenReports) + 1);
        return rounds;
    }
}
