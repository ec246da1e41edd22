using Microsoft.Extensions.Logging;
using Serilog.Core;
using Serilog.Events;

namespace HyphaMarket.Node.Logging;

/// <summary>From which level on the node logs; it may be set while the node runs.</summary>
public sealed class LogLevels
{
    private volatile bool _isSilent;

    internal LoggingLevelSwitch Own { get; } = new();

    /// <summary>Never below warnings.</summary>
    internal LoggingLevelSwitch WebHost { get; } = new(LogEventLevel.Warning);

    /// <summary>Whether nothing at all is logged.</summary>
    internal bool IsSilent => _isSilent;

    public void Set(LogLevel level)
    {
        _isSilent = level == LogLevel.None;
        Own.MinimumLevel = LevelOf(level);
        WebHost.MinimumLevel = (LogEventLevel)Math.Max((int)LevelOf(level), (int)LogEventLevel.Warning);
    }

    private static LogEventLevel LevelOf(LogLevel level) => level switch
    {
        LogLevel.Trace => LogEventLevel.Verbose,
        LogLevel.Debug => LogEventLevel.Debug,
        LogLevel.Information => LogEventLevel.Information,
        LogLevel.Warning => LogEventLevel.Warning,
        LogLevel.Error => LogEventLevel.Error,
        _ => LogEventLevel.Fatal,
    };
}
