using System.CommandLine;

using HyphaMarket.Cli.Client;
using HyphaMarket.Cli.Output;
using HyphaMarket.Node.Api.Contracts;
using HyphaMarket.Node.Hosting;

namespace HyphaMarket.Cli.Verbs;

/// <summary><c>account statement</c>: what the node earned and spent.</summary>
internal static class AccountStatementVerb
{
    public static Command Create(CliApp app)
    {
        var from = new Option<string?>("--from") { Description = "From this moment on: RFC 3339, as in 2026-11-01.", HelpName = "TIME" };
        var to = new Option<string?>("--to") { Description = "Before this moment.", HelpName = "TIME" };
        return new Command("statement", "Show what each lease earned or cost, by receipts that both parties signed.") { from, to }.WithVerb(app, async (context, stop) =>
        {
            var query = string.Join('&', new[] { Moment(context, from, "from"), Moment(context, to, "to") }.OfType<string>());
            using var api = context.Api();
            var statement = await api.GetAsync("/v1/account/statement?" + query, ApiJson.Default.StatementView, stop);
            if (context.Format == OutputFormat.Json && !context.Quiet) context.Output.Write(statement, NodeShapes.Statement);
            else context.Output.Write(statement.Lines, NodeShapes.StatementLine);
            context.Say($"Earned {statement.Earned}, spent {statement.Spent}: {statement.Net}.");
            if (!statement.Cut) return ExitCode.Ok;
            context.Say("There are more leases than one answer holds: these are the newest. Give --from and --to.");
            return ExitCode.Partial;
        });
    }

    private static string? Moment(VerbContext context, Option<string?> option, string name)
    {
        if (context.Value(option) is not { } text) return null;
        if (!TimeText.TryParse(text, context.Time.GetUtcNow(), out var moment)) throw new CliException(ExitCode.Usage, "usage", $"--{name} \"{text}\" is no time.", "Give RFC 3339, as in 2026-11-21T12:00:00Z.");
        return $"{name}={moment.ToUnixTimeMilliseconds()}";
    }
}
