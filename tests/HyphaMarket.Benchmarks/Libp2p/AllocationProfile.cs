using System.Diagnostics.Tracing;

namespace HyphaMarket.Benchmarks.Libp2p;

/// <summary>Which types are allocated, by the runtime's own sample of every 100 KiB.</summary>
internal sealed class AllocationProfile : EventListener
{
    private const EventKeywords GC = (EventKeywords)0x1;

    private readonly Dictionary<string, long> _bytes = [];
    private bool _counting;

    public void Start()
    {
        lock (_bytes) _bytes.Clear();
        _counting = true;
    }

    /// <summary>Prints the types that took most, as bytes for one unit.</summary>
    public void Print(double units)
    {
        _counting = false;
        lock (_bytes)
        {
            foreach (var (type, bytes) in _bytes.OrderByDescending(entry => entry.Value).Take(25)) Console.WriteLine($"  {bytes / units,10:N0} B  {type}");
        }
    }

    protected override void OnEventSourceCreated(EventSource eventSource)
    {
        if (eventSource.Name == "Microsoft-Windows-DotNETRuntime") EnableEvents(eventSource, EventLevel.Verbose, GC);
    }

    protected override void OnEventWritten(EventWrittenEventArgs eventData)
    {
        if (!_counting || eventData.EventName is not { } name || !name.StartsWith("GCAllocationTick", StringComparison.Ordinal)) return;
        var type = (string)eventData.Payload![eventData.PayloadNames!.IndexOf("TypeName")]!;
        var amount = Convert.ToInt64(eventData.Payload[eventData.PayloadNames.IndexOf("AllocationAmount64")], System.Globalization.CultureInfo.InvariantCulture);
        lock (_bytes) _bytes[type] = _bytes.GetValueOrDefault(type) + amount;
    }
}
