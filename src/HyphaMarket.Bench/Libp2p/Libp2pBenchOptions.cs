namespace HyphaMarket.Bench.Libp2p;

/// <summary>What to run and how long.</summary>
public sealed record Libp2pBenchOptions
{
    /// <summary>Each measure is taken so often, in turns among the implementations; the median counts.</summary>
    public int Rounds { get; init; } = 5;

    /// <summary>How long one sample of a rate takes.</summary>
    public TimeSpan Sample { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>Bytes of one bulk transfer.</summary>
    public long BulkBytes { get; init; } = 1024L * 1024 * 1024;

    /// <summary>Gossip messages of one sample.</summary>
    public int Messages { get; init; } = 20_000;

    /// <summary>Idle connections held open with one node.</summary>
    public int Connections { get; init; } = 1_000;

    /// <summary>How long a node is left alone before what it holds is looked at.</summary>
    public TimeSpan Quiet { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>Takes only the measures whose name contains this, in any case; null takes all.</summary>
    public string? Only { get; init; }

    /// <summary>Starts this program again as a peer of a stack; see <see cref="Peers.PeerProgram"/>.</summary>
    public required Func<string, IReadOnlyList<string>> OwnPeer { get; init; }

    /// <summary>Starts js-libp2p's peer; null where it cannot be.</summary>
    public IReadOnlyList<string>? JsPeer { get; init; }

    /// <summary>Why <see cref="JsPeer"/> is null.</summary>
    public string WhyNoJs { get; init; } = "";

    /// <summary>Told before each measure of each round.</summary>
    public Action<string>? Progress { get; init; }

    /// <exception cref="ArgumentOutOfRangeException">A number is not positive.</exception>
    public void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(Rounds, 1);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(Sample, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(Quiet, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfLessThan(BulkBytes, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(Messages, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(Connections, 1);
    }
}
