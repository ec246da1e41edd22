namespace HyphaMarket.Brokerage.Epochs;

/// <summary>What a node's own lookup says of a market's neighbourhood.</summary>
/// <param name="Nearest">Servers, nearest first, this node included if it is one.</param>
/// <param name="Brokers">n, by <see cref="BrokerCount"/>.</param>
/// <param name="IsSparse">Fewer servers are in sight than the network's floor of brokers.</param>
public sealed record EpochView(IReadOnlyList<EpochMember> Nearest, int Brokers, bool IsSparse)
{
    /// <summary>n if the network had a fifth fewer servers, however many of them are in sight: a set that is smaller grows.</summary>
    public int Fewest { get; init; } = Brokers;

    /// <summary>n if it had a fifth more: of a set that is larger, who leaves is not replaced.</summary>
    public int Most { get; init; } = Brokers;

    /// <summary>Who brokers the market as this node sees it: the n nearest, of different networks where there are enough.</summary>
    public IReadOnlyList<EpochMember> Members => AddressPrefixes.Choose(Nearest, Brokers);

    /// <param name="size">N, smoothed.</param>
    public static EpochView Of(IReadOnlyList<EpochMember> nearest, long size, int floor, int cap)
    {
        ArgumentNullException.ThrowIfNull(nearest);
        return new EpochView(nearest, BrokerCount.Of(nearest.Count, size, floor, cap), nearest.Count < floor)
        {
            Fewest = BrokerCount.Of(int.MaxValue, size * 4 / 5, floor, cap),
            Most = BrokerCount.Of(int.MaxValue, size * 6 / 5, floor, cap),
        };
    }
}
