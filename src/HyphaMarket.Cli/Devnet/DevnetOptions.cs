using HyphaMarket.Cli.Output;

namespace HyphaMarket.Cli.Devnet;

/// <summary>What a devnet is like.</summary>
internal sealed record DevnetOptions
{
    public int Brokers { get; init; } = 5;
    public int Workers { get; init; } = 2;
    public int Schedulers { get; init; } = 1;
    public TimeSpan SlotLength { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>The profile that is traded.</summary>
    public string Profile { get; init; } = "discovery-alpha";

    /// <summary>Where everything of the devnet is; short, because sockets are below it.</summary>
    public required string Directory { get; init; }

    /// <summary>Whether the directory goes away with the devnet.</summary>
    public bool Temporary { get; init; }

    /// <summary>Trades after which the devnet ends well; null runs until Ctrl-C.</summary>
    public int? UntilTrades { get; init; }

    /// <summary>How long reaching that may take; null for no limit.</summary>
    public TimeSpan? TimeLimit { get; init; }

    /// <summary>How long all nodes may take to become ready.</summary>
    public TimeSpan StartLimit { get; init; } = TimeSpan.FromSeconds(60);

    public OutputFormat Format { get; init; }
    public string LogLevel { get; init; } = "information";

    /// <summary>The program that child processes run; null for this one.</summary>
    public IReadOnlyList<string>? Program { get; init; }
}
