using System.Globalization;
using System.Runtime.InteropServices;

namespace HyphaMarket.Cli.Devnet;

/// <summary>Signals to processes that are known to be ours.</summary>
internal static partial class UnixProcess
{
    public const int Terminate = 15;
    public const int KillNow = 9;

    /// <summary>Field 22 of /proc/PID/stat: "The time the process started after system boot", in clock ticks. Null where there is no such process.</summary>
    public static long? StartTicks(int pid)
    {
        try
        {
            var stat = File.ReadAllText($"/proc/{pid}/stat");
            // The name in parentheses may hold blanks; the fields after its last parenthesis count from 3.
            var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
            return fields[0] == "Z" ? null : long.Parse(fields[22 - 3], CultureInfo.InvariantCulture);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>Whether the process that was meant still runs.</summary>
    public static bool IsAlive(int pid, long startTicks) => StartTicks(pid) == startTicks;

    /// <summary>Sends a signal; false where the process that was meant is gone.</summary>
    public static bool Signal(int pid, long startTicks, int signal) => IsAlive(pid, startTicks) && Kill(pid, signal) == 0;

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Kill(int pid, int signal);
}
