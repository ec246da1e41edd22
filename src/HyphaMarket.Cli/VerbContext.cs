using System.CommandLine;

using HyphaMarket.Cli.Client;
using HyphaMarket.Cli.Output;
using HyphaMarket.Node.Configuration;
using HyphaMarket.Node.Logging;

namespace HyphaMarket.Cli;

/// <summary>What a running verb works with.</summary>
internal sealed class VerbContext(CliApp app, ParseResult parse)
{
    public CliConsole Console => app.Console;
    public TimeProvider Time => app.Time;

    public OutputFormat Format => parse.GetValue(GlobalOptions.Output);

    public bool Quiet => parse.GetValue(GlobalOptions.Quiet);

    public OutputWriter Output { get; } = new(app.Console, parse.GetValue(GlobalOptions.Output), parse.GetValue(GlobalOptions.Quiet));

    /// <summary>Absolute.</summary>
    public string DataDirectory
    {
        get
        {
            if (parse.GetValue(GlobalOptions.Data) is { Length: > 0 } given) return Path.GetFullPath(given);
            if (app.Console.Environment.TryGetValue("HYPHAMARKET_DATA", out var set) && set.Length > 0) return Path.GetFullPath(set);
            return Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".hypha-market");
        }
    }

    public T? Value<T>(Option<T> option) => parse.GetValue(option);

    public T Value<T>(Argument<T> argument) => parse.GetValue(argument)!;

    public bool IsGiven(Option option) => parse.GetResult(option) is { Implicit: false };

    /// <summary>The layers of the configuration with flags on top.</summary>
    public ConfigurationSources Sources(IReadOnlyDictionary<string, IReadOnlyList<string>>? flags = null) => new()
    {
        DataDirectory = DataDirectory,
        SystemFile = app.Console.Environment.TryGetValue(ConfigurationSources.SystemFileVariable, out var file) ? file : ConfigurationSources.SystemFilePath,
        Environment = app.Console.Environment,
        Flags = flags ?? new Dictionary<string, IReadOnlyList<string>>(),
    };

    /// <summary>A client of the daemon of this data directory.</summary>
    /// <exception cref="Node.Hosting.FatalException">The configuration, which may say where the socket is, is bad.</exception>
    public ApiClient Api() => new(NodeOptionsLoader.LoadSocket(Sources()));

    /// <summary>Tells the user something; never data.</summary>
    public void Say(string sentence) => Console.Error.WriteLine(TerminalText.Of(sentence));
}
