using System.Collections.Concurrent;
using System.Diagnostics;

using HyphaMarket.Node.Telemetry;

namespace HyphaMarket.Node.Tests.TestSupport;

/// <summary>Listens to the daemon's spans and keeps those of one trace.</summary>
internal sealed class RecordedSpans : IDisposable
{
    private readonly ConcurrentQueue<Activity> _ended = new();
    private readonly ActivityListener _listener;
    private readonly ActivityTraceId _trace = ActivityTraceId.CreateRandom();

    public RecordedSpans()
    {
        _listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == NodeTraces.SourceName,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = span =>
            {
                if (span.TraceId == _trace) _ended.Enqueue(span);
            },
        };
        ActivitySource.AddActivityListener(_listener);
    }

    /// <summary>The header of a caller whose trace this is.</summary>
    public string TraceParent => $"00-{_trace.ToHexString()}-{Caller.ToHexString()}-01";

    public string TraceId => _trace.ToHexString();

    public ActivitySpanId Caller { get; } = ActivitySpanId.CreateRandom();

    public IReadOnlyList<Activity> All => [.. _ended];

    public IReadOnlyList<string> Names => [.. _ended.Select(span => span.OperationName)];

    public void Dispose() => _listener.Dispose();
}
