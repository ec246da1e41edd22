using HyphaMarket.Node.Api.Contracts;
using HyphaMarket.Node.Hosting;

namespace HyphaMarket.Cli.Output;

/// <summary>Tells failures on standard error: one JSON object in the JSON formats, three lines of prose otherwise.</summary>
internal static class ErrorWriter
{
    public static void Write(CliConsole console, OutputFormat format, ApiError error)
    {
        if (format is OutputFormat.Json or OutputFormat.Jsonl)
        {
            console.Error.WriteLine(OutputWriter.Json(error, ApiJson.Default.ApiError, OutputWriter.Compact));
            return;
        }
        console.Error.WriteLine($"error: {error.Reason}");
        console.Error.WriteLine($"code:  {error.Code}");
        if (error.Hint.Length > 0) console.Error.WriteLine($"hint:  {error.Hint}");
    }

    public static void Write(CliConsole console, OutputFormat format, Problem problem)
    {
        if (format is OutputFormat.Json or OutputFormat.Jsonl)
        {
            Write(console, format, new ApiError(problem.Code, $"{problem.What} {problem.Why}", problem.Fix));
            return;
        }
        console.Error.WriteLine($"error: {problem.What} ({problem.Code})");
        console.Error.WriteLine($"why:   {problem.Why}");
        console.Error.WriteLine($"fix:   {problem.Fix}");
    }
}
