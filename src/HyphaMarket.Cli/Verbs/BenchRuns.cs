using System.CommandLine;

using HyphaMarket.Bench.Peers;
using HyphaMarket.Bench.Reporting;
using HyphaMarket.Cli.Client;
using HyphaMarket.Cli.Output;
using HyphaMarket.Node.Hosting;

namespace HyphaMarket.Cli.Verbs;

/// <summary>What every <c>bench</c> verb shares: the choice of measures, the report, and how a failure is told.</summary>
internal static class BenchRuns
{
    /// <param name="example">A part of a name that the bench has.</param>
    public static Option<string?> Only(string example) => new("--only") { Description = $"Takes only the measures whose name contains this, such as {example}.", HelpName = "TEXT" };

    /// <param name="hint">What helps where the bench itself fails.</param>
    public static async Task WriteAsync(VerbContext context, Func<Task<BenchReport>> measure, string hint)
    {
        try
        {
            BenchShapes.Write(context, await measure());
        }
        catch (NoSuchMeasureException exception)
        {
            throw new CliException(ExitCode.Usage, "no-such-measure", exception.Message, "Give a part of one of these names; without --only all are taken.");
        }
        catch (BenchException exception)
        {
            throw new CliException(ExitCode.Error, "bench-failed", exception.Message, hint);
        }
    }
}
