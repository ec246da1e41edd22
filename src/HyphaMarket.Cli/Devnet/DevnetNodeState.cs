namespace HyphaMarket.Cli.Devnet;

/// <summary>One node of a running devnet.</summary>
/// <param name="StartTicks">As in <see cref="DevnetState"/>.</param>
internal sealed record DevnetNodeState(string Name, int Pid, long StartTicks, string Data, string PeerId);
