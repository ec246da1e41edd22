using System.Diagnostics;

namespace HyphaMarket.Node.Telemetry;

/// <summary>The spans of this node's own work: from a request of the API, through the brokers' receipts and a fill, to a lease.</summary>
/// <remarks>A trace's context comes in by <c>traceparent</c> and stays in this process: nothing of it goes onto the market's wire. Costs nothing while nobody listens.</remarks>
public static class NodeTraces
{
    public const string SourceName = "HyphaMarket";

    private static readonly ActivitySource s_source = new(SourceName);

    /// <summary>A request of the local API.</summary>
    /// <param name="traceParent">The caller's span (W3C trace context); null or malformed for none, and then a trace begins here.</param>
    public static Activity? Request(string method, string path, string? traceParent, string? traceState)
    {
        if (!s_source.HasListeners()) return null;
        _ = ActivityContext.TryParse(traceParent, traceState, isRemote: true, out var parent);
        var span = s_source.StartActivity($"{method} {path}", ActivityKind.Server, parent);
        span?.SetTag("http.request.method", method).SetTag("url.path", path);
        return span;
    }

    /// <summary>A step of an own order.</summary>
    /// <param name="of">What it belongs to; null for what runs now.</param>
    /// <param name="since">When it began, where that was before now.</param>
    public static Activity? Step(string name, ActivityContext? of = null, DateTimeOffset since = default, ActivityKind kind = ActivityKind.Internal) =>
        s_source.HasListeners() ? s_source.StartActivity(name, kind, of ?? Activity.Current?.Context ?? default, startTime: since) : null;
}
