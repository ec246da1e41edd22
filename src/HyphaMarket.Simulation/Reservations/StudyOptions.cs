namespace HyphaMarket.Simulation.Reservations;

/// <summary>The study as the paper ran it, unless said otherwise.</summary>
public sealed record StudyOptions
{
    /// <summary>Likeliest availabilities, each a market of its own and a row of the table; 0 to 1.</summary>
    public IReadOnlyList<double> Peaks { get; init; } = [1, 0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3, 0.2, 0.1, 0];

    /// <summary>N; at most 1,000,000.</summary>
    public int Users { get; init; } = 1_000;

    /// <summary>S: how often users reserve and use with one honesty before it is judged.</summary>
    public int Samples { get; init; } = 100;

    /// <summary>T: each two units of it are one round, in which one user tries another honesty.</summary>
    public int Time { get; init; } = 20_000;

    public StudyContract Contract { get; init; } = new();

    public AvailabilityDraw Draw { get; init; }

    public TrialSample Trial { get; init; }

    public int Seed { get; init; } = 1;

    /// <summary>Markets that are simulated at the same time; results do not depend on it.</summary>
    public int Parallel { get; init; } = Environment.ProcessorCount;

    /// <summary>Told how many rounds of how many are done; from any thread.</summary>
    public Action<long, long>? Progress { get; init; }

    /// <summary>Rounds of one market.</summary>
    public int Rounds => Time / 2;

    /// <exception cref="ArgumentException">A number is out of its range.</exception>
    public void Validate()
    {
        // Bounds of memory, for all rounds are kept, 24 bytes each, and of patience: it can be stopped between two rounds, not within one.
        Require(Peaks.Count is >= 1 and <= 100, $"There are 1 to 100 markets, not {Peaks.Count}.");
        Require(Peaks.All(peak => peak is >= 0 and <= 1), $"Peaks of the availability are from 0 to 1, not {string.Join(", ", Peaks)}.");
        Require(Users is >= 2 and <= 1_000_000, $"There are 2 to 1,000,000 users, not {Users}.");
        Require(Samples is >= 1 and <= 100_000, $"A trial has 1 to 100,000 samples, not {Samples}.");
        Require((long)Users * Samples <= 1_000_000_000, $"Users times samples are at most 1,000,000,000, not {(long)Users * Samples}: one round would take more than a second.");
        Require(Time is >= 2 and <= 2_000_000, $"The time is 2 to 2,000,000, not {Time}.");
        Require((long)Rounds * Peaks.Count <= 10_000_000, $"All markets together have at most 10,000,000 rounds, not {(long)Rounds * Peaks.Count}.");
        Require(Parallel >= 1, $"At least one market is simulated at a time, not {Parallel}.");
        Contract.Validate();
    }

    private static void Require(bool holds, string sentence)
    {
        if (!holds) throw new ArgumentException(sentence);
    }
}
