using HyphaMarket.Wire;
using Serilog.Core;
using Serilog.Events;

namespace HyphaMarket.Node.Logging;

/// <summary>Makes every text that is put into a log line plain: a peer's own words, wherever they came from, neither move an operator's cursor nor begin a line that looks like the log's.</summary>
internal sealed class PlainProperties : ILogEventEnricher
{
    public void Enrich(LogEvent logEvent, ILogEventPropertyFactory propertyFactory)
    {
        List<LogEventProperty>? changed = null;
        foreach (var (name, value) in logEvent.Properties)
        {
            if (value is ScalarValue { Value: string text } && !PlainText.IsPlain(text)) (changed ??= []).Add(new LogEventProperty(name, new ScalarValue(PlainText.Of(text))));
        }

        foreach (var property in changed ?? []) logEvent.AddOrUpdateProperty(property);
    }
}
