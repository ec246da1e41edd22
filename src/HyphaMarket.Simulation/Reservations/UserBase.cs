namespace HyphaMarket.Simulation.Reservations;

/// <summary>The users of a market and their honesty: a user with honesty h who needs a unit with probability p declares h p.</summary>
internal sealed class UserBase
{
    /// <summary>Users in one vector.</summary>
    public const int Lanes = 4;

    private readonly double[] _honesty;
    private readonly double[] _present;

    /// <param name="honesties">Each user's, 0 to 1.</param>
    public UserBase(IReadOnlyCollection<double> honesties)
    {
        Count = honesties.Count;
        // Whole vectors: users that fill up the last one declare nothing, and what they use is weighed with nothing.
        var room = (Count + Lanes - 1) / Lanes * Lanes;
        (_honesty, _present) = (new double[room], new double[room]);
        var i = 0;
        foreach (var honesty in honesties) _honesty[i++] = honesty;
        _present.AsSpan(0, Count).Fill(1);
    }

    public int Count { get; }

    /// <summary>Whole vectors.</summary>
    public ReadOnlySpan<double> Honesty => _honesty;

    /// <summary>1 for a user, 0 for what fills up the last vector.</summary>
    public ReadOnlySpan<double> Present => _present;

    public double Mean
    {
        get
        {
            var sum = 0.0;
            foreach (var honesty in _honesty) sum += honesty;
            return sum / Count;
        }
    }

    /// <summary>The mean square distance from the mean.</summary>
    public double Variance
    {
        get
        {
            var (mean, sum) = (Mean, 0.0);
            foreach (var honesty in _honesty.AsSpan(0, Count)) sum += (honesty - mean) * (honesty - mean);
            return sum / Count;
        }
    }

    public double this[int user]
    {
        get => _honesty[user];
        set => _honesty[user] = value;
    }

    /// <summary>Users spread evenly around a mean, as far as honesty goes on its nearer side.</summary>
    public static UserBase Around(double mean, int users)
    {
        var reach = Math.Min(mean, 1 - mean);
        return new UserBase([.. Enumerable.Range(0, users).Select(user => mean - reach + (2 * reach * (user + 0.5) / users))]);
    }
}
