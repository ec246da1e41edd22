namespace HyphaMarket.Brokerage.Epochs;

/// <summary>What a node's own lookup says of a market's neighbourhood.</summary>
/// <param name="Nearest">Servers, nearest first, this node included if it is one.</param>
/// <param name="Brokers">n, by <see cref="BrokerCount"/>.</param>
/// <param name="IsSparse">Fewer servers are in sight than the network's floor of brokers.</param>
public sealed record EpochView(IReadOnlyList<EpochMember> Nearest, int Brokers, bool IsSparse)
{
    /// <summary>The n nearest: who brokers the market as this node sees it.</summary>
    public IReadOnlyList<EpochMember> Members => Nearest.Take(Brokers).ToArray();
}
