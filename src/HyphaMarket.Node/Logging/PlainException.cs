using Serilog.Core;
using Serilog.Events;

namespace HyphaMarket.Node.Logging;

/// <summary>An exception's text for a terminal: what it says may be a peer's words, and its lines stand under the log's, so that none passes for one of them.</summary>
internal sealed class PlainException : ILogEventEnricher
{
    /// <summary>The property of the text, which ends with a line break.</summary>
    public const string Name = "PlainException";

    private const int Indent = 2;

    public void Enrich(LogEvent logEvent, ILogEventPropertyFactory propertyFactory)
    {
        if (logEvent.Exception is not { } exception) return;
        logEvent.AddOrUpdateProperty(new LogEventProperty(Name, new ScalarValue($"{new string(' ', Indent)}{TerminalText.Under(exception.ToString(), Indent)}\n")));
    }
}
