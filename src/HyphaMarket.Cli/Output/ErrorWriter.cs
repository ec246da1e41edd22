using HyphaMarket.Node.Api.Contracts;
using HyphaMarket.Node.Hosting;
using HyphaMarket.Node.Logging;

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
        Line(console, "error: ", error.Reason);
        Line(console, "code:  ", error.Code);
        if (error.Hint.Length > 0) Line(console, "hint:  ", error.Hint);
    }

    public static void Write(CliConsole console, OutputFormat format, Problem problem)
    {
        if (format is OutputFormat.Json or OutputFormat.Jsonl)
        {
            Write(console, format, new ApiError(problem.Code, $"{problem.What} {problem.Why}", problem.Fix));
            return;
        }
        Line(console, "error: ", $"{problem.What} ({problem.Code})");
        Line(console, "why:   ", problem.Why);
        Line(console, "fix:   ", problem.Fix);
    }

    private static void Line(CliConsole console, string label, string text) => console.Error.WriteLine(label + TerminalText.Under(text, label.Length));
}
