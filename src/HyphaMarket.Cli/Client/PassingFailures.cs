using HyphaMarket.Node.Hosting;

namespace HyphaMarket.Cli.Client;

/// <summary>Which failures of a read may be over at the next attempt.</summary>
internal static class PassingFailures
{
    /// <summary>The daemon is not there, or is stopping, or cannot do it just now. Anything else would be the same again.</summary>
    public static bool IsPassing(this CliException failure) =>
        failure.ExitCode is ExitCode.DaemonUnreachable or ExitCode.Unhealthy or ExitCode.TimedOut || failure.Error.Code is "brokers-silent" or "no-brokers";
}
