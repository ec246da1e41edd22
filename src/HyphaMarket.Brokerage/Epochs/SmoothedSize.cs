namespace HyphaMarket.Brokerage.Epochs;

/// <summary>N, the number of servers, smoothed: one lookup's estimate may be off by a third.</summary>
public sealed class SmoothedSize
{
    /// <summary>An estimate counts for an eighth, so that the mean of about the last fifteen counts.</summary>
    private const int Weight = 8;

    private long _scaled;

    /// <summary>Takes an estimate in.</summary>
    /// <returns>The smoothed N.</returns>
    public long Next(long estimate)
    {
        estimate = Math.Clamp(estimate, 0, int.MaxValue);
        _scaled = _scaled == 0 ? estimate * Weight : _scaled + estimate - ((_scaled + (Weight / 2)) / Weight);
        return (_scaled + (Weight / 2)) / Weight;
    }
}
