using System.CommandLine;

using HyphaMarket.Cli.Output;

namespace HyphaMarket.Cli;

/// <summary>The options of every verb.</summary>
internal static class GlobalOptions
{
    public static Option<OutputFormat> Output { get; } = new("--output", "-o") { Description = "How data is written: table, json, jsonl or csv.", Recursive = true, DefaultValueFactory = _ => OutputFormat.Table };

    public static Option<bool> Quiet { get; } = new("--quiet", "-q") { Description = "Write ids only.", Recursive = true };

    public static Option<string?> Data { get; } = new("--data") { Description = "The node's data directory; else HYPHAMARKET_DATA, else ~/.hypha-market.", HelpName = "DIR", Recursive = true };
}
