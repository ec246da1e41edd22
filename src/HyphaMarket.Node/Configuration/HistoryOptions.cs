namespace HyphaMarket.Node.Configuration;

/// <summary>How much of what markets traded is kept.</summary>
public sealed record HistoryOptions
{
    /// <summary>Trades of all markets; the oldest go first. A trade has some 200 bytes: these fill 20 MB, and at one a second they last a day.</summary>
    public int Trades { get; init; } = 100_000;

    /// <summary>Candles of each market and length: a week of minutes, a month of five minutes, a year of hours. Ten markets' fill 40 MB.</summary>
    public int Candles { get; init; } = 10_000;

    /// <summary>Profiles whose every trade this node follows, beside those that it brokers; others only show its own.</summary>
    public IReadOnlyList<string> Watch { get; init; } = [];

    /// <summary>The connection string of a PostgreSQL database that keeps it, for any number of nodes together; null keeps it in a file of this node's. It holds no password.</summary>
    public string? Postgres { get; init; }
}
