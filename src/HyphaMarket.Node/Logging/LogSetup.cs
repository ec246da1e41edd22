using Microsoft.Extensions.Logging;
using Serilog;
using Serilog.Events;
using Serilog.Extensions.Logging;
using Serilog.Formatting.Json;
using Serilog.Sinks.SystemConsole.Themes;

using HyphaMarket.Node.Configuration;

namespace HyphaMarket.Node.Logging;

/// <summary>Makes the node's log: text on standard error, JSON lines in a file of bounded size.</summary>
public static class LogSetup
{
    private const string Template = "{Timestamp:yyyy-MM-dd'T'HH:mm:ss.fffzzz} {Level:u3} {SourceContext}: {Message:lj}{NewLine}{" + PlainException.Name + "}";

    /// <summary>The factory owns the sinks: its disposal flushes and closes them.</summary>
    /// <param name="levels">Set to the options' level, and followed when it is set again; null where nobody will.</param>
    public static ILoggerFactory Create(LogOptions options, string? file, LogLevels? levels = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        levels ??= new LogLevels();
        levels.Set(options.Level);
        var configuration = new LoggerConfiguration()
            .MinimumLevel.ControlledBy(levels.Own)
            // The web host tells of every request; that is noise here, and its warnings are not.
            .MinimumLevel.Override("Microsoft", levels.WebHost)
            // What could not start is told by the program itself, in words where it knows them.
            .MinimumLevel.Override("Microsoft.Extensions.Hosting", LogEventLevel.Fatal)
            .Enrich.FromLogContext()
            .Enrich.With<PlainProperties>();
        configuration.Filter.ByExcluding(_ => levels.IsSilent);
        if (options.Console)
        {
            var plain = Console.IsErrorRedirected || Environment.GetEnvironmentVariable("NO_COLOR") is { Length: > 0 };
            // A logger of its own, since only a terminal obeys what is in a text; in the file's JSON it is escaped.
            configuration.WriteTo.Logger(terminal => terminal.MinimumLevel.Verbose().Enrich.With<PlainException>().WriteTo.Console(
                outputTemplate: Template, standardErrorFromLevel: LogEventLevel.Verbose, theme: plain ? ConsoleTheme.None : AnsiConsoleTheme.Literate, formatProvider: System.Globalization.CultureInfo.InvariantCulture));
        }
        if (file is not null)
        {
            configuration.WriteTo.File(new JsonFormatter(renderMessage: true), file, fileSizeLimitBytes: options.FileBytes, rollOnFileSizeLimit: true, retainedFileCountLimit: options.Files);
        }
        return new SerilogLoggerFactory(configuration.CreateLogger(), dispose: true);
    }
}
