namespace HyphaMarket.Node.Hosting;

/// <summary>What the program's exit status says, the same in every output format.</summary>
public enum ExitCode
{
    Ok = 0,
    Error = 1,
    Usage = 2,
    NotFound = 3,
    DaemonUnreachable = 4,
    Permission = 5,
    TimedOut = 6,
    RefusedByMarket = 7,
    Partial = 8,
    BadConfiguration = 9,
    Unhealthy = 10,
    Interrupted = 130,
}
