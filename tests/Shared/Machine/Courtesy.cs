using System.Globalization;
using System.Runtime.InteropServices;

namespace HyphaMarket.Tests.Shared.Machine;

/// <summary>
/// Lets other test processes go first. Simulations need processor time and read no clock; real daemons, tested beside them on the same two processors, have deadlines.
/// </summary>
internal static class Courtesy
{
    private const int OfAThread = 0;

    /// <summary>The least there is: a seventieth of the weight of a process that asks for nothing.</summary>
    private const int Nice = 19;

    /// <summary>Lowers the priority of this process's threads, and so of those that they start. On other systems than Linux it does nothing.</summary>
    /// <exception cref="InvalidOperationException">The system refused.</exception>
    public static void GoLast()
    {
        if (!OperatingSystem.IsLinux()) return;
        foreach (var thread in Directory.GetDirectories("/proc/self/task"))
        {
            var id = int.Parse(Path.GetFileName(thread), CultureInfo.InvariantCulture);
            // A thread that ended meanwhile is no failure.
            if (SetPriority(OfAThread, id, Nice) != 0 && Directory.Exists(thread)) throw new InvalidOperationException($"setpriority failed with {Marshal.GetLastPInvokeError()}.");
        }
    }

    [DllImport("libc", EntryPoint = "setpriority", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int SetPriority(int which, int who, int priority);
}
