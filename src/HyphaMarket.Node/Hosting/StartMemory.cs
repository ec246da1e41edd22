using System.Runtime.InteropServices;

namespace HyphaMarket.Node.Hosting;

/// <summary>Gives back to the system what a start needed and a running node does not.</summary>
internal static partial class StartMemory
{
    /// <summary>By then what ran often in the start has been compiled again too, on a busy machine as well.</summary>
    private static readonly TimeSpan s_settled = TimeSpan.FromSeconds(30);

    /// <summary>Once, when the node has settled.</summary>
    /// <returns>Ends when it is done or the token asks for it.</returns>
    public static async Task GiveBackAsync(TimeProvider time, CancellationToken stop)
    {
        await Task.Delay(s_settled, time, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (stop.IsCancellationRequested) return;
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        try
        {
            _ = TrimMalloc(0);
        }
        catch (EntryPointNotFoundException)
        {
            // Only glibc keeps freed memory for itself and has a function to let go of it.
        }
    }

    [LibraryImport("libc", EntryPoint = "malloc_trim")]
    private static partial int TrimMalloc(nint pad);
}
