using System.Diagnostics;

namespace HyphaMarket.Benchmarks.Libp2p;

/// <summary>Wall time, processor time and allocated bytes from its start.</summary>
internal sealed class Measurement
{
    private readonly long _start = Stopwatch.GetTimestamp();
    private readonly TimeSpan _processor = Environment.CpuUsage.TotalTime;
    private readonly long _allocated = GC.GetTotalAllocatedBytes();

    public double Seconds => Stopwatch.GetElapsedTime(_start).TotalSeconds;

    /// <summary>Prints a rate with the processors it kept busy, because another process may have taken the rest, and the bytes allocated for one unit.</summary>
    public void Print(string what, double count, string unit)
    {
        var seconds = Seconds;
        var processors = (Environment.CpuUsage.TotalTime - _processor).TotalSeconds / seconds;
        Console.WriteLine($"  {what}: {count / seconds:N0} {unit}/s, {processors:0.00} processors busy, {(GC.GetTotalAllocatedBytes() - _allocated) / count:N0} B allocated each");
    }
}
