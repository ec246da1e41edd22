using HyphaMarket.Node.Api.Contracts;
using HyphaMarket.Node.Hosting;
using HyphaMarket.Node.Logging;

namespace HyphaMarket.Cli.Output;

/// <summary>Writes what checks found: for people a block for each, as errors are told; a list in the other formats.</summary>
internal static class CheckReport
{
    /// <param name="showsAll">Also what is well; the lists for programs have everything always.</param>
    /// <returns>Unhealthy where a check failed.</returns>
    public static ExitCode Write(VerbContext context, IReadOnlyList<CheckView> checks, bool showsAll)
    {
        var wrong = checks.Where(check => check.State is CheckState.Failed or CheckState.Warning).ToList();
        if (context.Format == OutputFormat.Table && !context.Quiet) Tell(context, showsAll ? checks : wrong);
        else context.Output.Write(context.Quiet ? wrong : checks, NodeShapes.Check);
        var failed = wrong.Count(check => check.State == CheckState.Failed);
        context.Say($"{checks.Count(check => check.State == CheckState.Ok)} of {checks.Count} checks are well, {wrong.Count - failed} warn, {failed} failed.");
        return failed == 0 ? ExitCode.Ok : ExitCode.Unhealthy;
    }

    private static void Tell(VerbContext context, IReadOnlyList<CheckView> checks)
    {
        foreach (var check in checks)
        {
            context.Console.Out.WriteLine($"{check.State,-8} {TerminalText.InLine(check.Name)}: {TerminalText.Under(check.What, 9)}");
            if (check.Why.Length > 0) context.Console.Out.WriteLine($"{"",8} why: {TerminalText.Under(check.Why, 14)}");
            if (check.Fix.Length > 0) context.Console.Out.WriteLine($"{"",8} fix: {TerminalText.Under(check.Fix, 14)}");
        }

        if (checks.Count == 0) context.Console.Out.WriteLine("Nothing is wrong.");
    }
}
