using System.CommandLine;

using HyphaMarket.Cli.Client;
using HyphaMarket.Cli.Output;
using HyphaMarket.Node.Api;
using HyphaMarket.Node.Api.Contracts;
using HyphaMarket.Node.Hosting;
using HyphaMarket.Node.Logging;

namespace HyphaMarket.Cli;

/// <summary>Gives commands their actions, with one place where failures become messages and exit codes.</summary>
internal static class VerbCommands
{
    public static Command WithVerb(this Command command, CliApp app, Func<VerbContext, CancellationToken, Task<ExitCode>> verb)
    {
        command.SetAction(async (parse, stop) =>
        {
            var context = new VerbContext(app, parse);
            try
            {
                return (int)await verb(context, stop);
            }
            catch (Exception e)
            {
                return (int)Explain(app.Console, context.Format, e, stop);
            }
        });
        return command;
    }

    public static Command WithVerb(this Command command, CliApp app, Func<VerbContext, CancellationToken, Task> verb) =>
        command.WithVerb(app, async (context, stop) =>
        {
            await verb(context, stop);
            return ExitCode.Ok;
        });

    private static ExitCode Explain(CliConsole console, OutputFormat format, Exception failure, CancellationToken stop)
    {
        switch (failure)
        {
            case OperationCanceledException when stop.IsCancellationRequested:
                return ExitCode.Interrupted;
            case CliException cli:
                ErrorWriter.Write(console, format, cli.Error);
                return cli.ExitCode;
            case FatalException fatal:
                foreach (var problem in fatal.Problems) ErrorWriter.Write(console, format, problem);
                return fatal.ExitCode;
            case ApiException api:
                ErrorWriter.Write(console, format, api.Error);
                return ApiClient.ExitCodeOf((System.Net.HttpStatusCode)(int)api.Failure);
            default:
                ErrorWriter.Write(console, format, new ApiError("internal", $"The program failed: {failure.Message}", "This is a fault of the program; please report it with what follows."));
                console.Error.WriteLine(TerminalText.Of(failure.ToString()));
                return ExitCode.Error;
        }
    }
}
