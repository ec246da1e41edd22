using System.Runtime.InteropServices;

namespace HyphaMarket.Node.Diagnostics;

/// <summary>Asks the kernel whether something keeps its clock right; asks nobody on the network.</summary>
internal static partial class KernelClock
{
    /// <summary>"TIME_ERROR: The system clock is not synchronized to a reliable server" (adjtimex(2)).</summary>
    private const int TimeError = 5;

    /// <summary>struct timex has 208 bytes on 64-bit Linux; modes, its first field, is 0: nothing is set.</summary>
    private const int TimexSize = 208;

    /// <summary>Null where the system does not tell.</summary>
    public static bool? IsSynchronised()
    {
        if (!Environment.Is64BitProcess || !OperatingSystem.IsLinux()) return null;
        var state = Adjtimex(new byte[TimexSize]);
        return state < 0 ? null : state != TimeError;
    }

    [LibraryImport("libc", EntryPoint = "adjtimex", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Adjtimex([In, Out] byte[] timex);
}
