namespace HyphaMarket.Brokerage.Epochs;

/// <summary>How many brokers a market has.</summary>
public static class BrokerCount
{
    /// <summary>n = min(servers, clamp(ceil(sqrt(N)), floor, cap)).</summary>
    /// <param name="servers">Nodes near the market that are willing to broker.</param>
    /// <param name="networkSize">N, counted or estimated from the distances of the closest peers.</param>
    public static int Of(int servers, long networkSize, int floor, int cap)
    {
        var root = (int)Math.Min(cap, CeilSqrt(Math.Max(0, networkSize)));
        return Math.Min(servers, Math.Clamp(root, Math.Min(floor, cap), cap));
    }

    /// <summary>Integers only, so that every node counts alike.</summary>
    private static long CeilSqrt(long value)
    {
        long low = 0, high = 3_037_000_499; // floor(sqrt(2^63 - 1))
        while (low < high)
        {
            var middle = low + ((high - low) / 2);
            if (middle * middle >= value) high = middle;
            else low = middle + 1;
        }

        return low;
    }
}
