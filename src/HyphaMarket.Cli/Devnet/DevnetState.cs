namespace HyphaMarket.Cli.Devnet;

/// <summary>What a running devnet leaves on disk, so that <c>devnet down</c> and tests find its processes.</summary>
/// <param name="Pid">The process that runs the devnet.</param>
/// <param name="StartTicks">When that process started, in the kernel's ticks since boot: a pid alone may belong to a stranger by now.</param>
internal sealed record DevnetState(int Pid, long StartTicks, string Directory, IReadOnlyList<DevnetNodeState> Nodes)
{
    /// <summary>The file's name in the devnet's directory.</summary>
    public const string FileName = "devnet.json";
}
