using System.Diagnostics;

namespace HyphaMarket.Cli.Client;

/// <summary>The trace that this run of the program is (W3C trace context): the daemon's spans of its requests belong to it.</summary>
internal sealed class TraceParent
{
    private readonly ActivityTraceId _trace;

    /// <param name="given">A caller's own, as the environment's <c>TRACEPARENT</c> has it by habit; null or malformed for none.</param>
    public TraceParent(string? given) => _trace = ActivityContext.TryParse(given, null, out var parent) ? parent.TraceId : ActivityTraceId.CreateRandom();

    /// <summary>The header of one request.</summary>
    public string Next() => $"00-{_trace.ToHexString()}-{ActivitySpanId.CreateRandom().ToHexString()}-01";
}
