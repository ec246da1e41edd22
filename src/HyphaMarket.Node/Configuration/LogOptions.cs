using Microsoft.Extensions.Logging;

namespace HyphaMarket.Node.Configuration;

/// <summary>What is logged where. Standard error carries text for people, the file JSON lines for programs.</summary>
public sealed record LogOptions
{
    public LogLevel Level { get; init; } = LogLevel.Information;

    /// <summary>Whether standard error gets the log.</summary>
    public bool Console { get; init; } = true;

    /// <summary>A file of JSON lines; null for none. Relative paths start at the data directory.</summary>
    public string? File { get; init; }

    /// <summary>Size in bytes at which the file rolls.</summary>
    public long FileBytes { get; init; } = 16 * 1024 * 1024;

    /// <summary>Rolled files kept, the current included; the oldest is deleted.</summary>
    public int Files { get; init; } = 5;
}
