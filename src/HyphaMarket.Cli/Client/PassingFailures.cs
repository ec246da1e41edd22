using HyphaMarket.Node.Hosting;

namespace HyphaMarket.Cli.Client;

/// <summary>Which failures of a read may be over at the next attempt.</summary>
internal static class PassingFailures
{
    /// <summary>
    /// The daemon is not there, or cannot do it just now, or failed at it, as one that is stopping does at what it is asked meanwhile. Anything else would be the same again.
    /// </summary>
    public static bool IsPassing(this CliException failure) =>
        failure.ExitCode is ExitCode.DaemonUnreachable or ExitCode.Unhealthy or ExitCode.TimedOut || failure.Error.Code is "brokers-silent" or "no-brokers" or "internal";
}
