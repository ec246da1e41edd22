using System.ComponentModel;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace HyphaMarket.Node.Identity;

/// <summary>Who owns a file and who may do what with it, which the class library tells only in part.</summary>
/// <remarks>statx(2) is used for its layout, which is the same on every architecture; stat(2)'s is not.</remarks>
internal readonly partial record struct FileFacts(uint Owner, UnixFileMode Mode, long Size)
{
    private const int AtEmptyPath = 0x1000;
    private const int AtWorkingDirectory = -100;
    private const uint BasicStats = 0x7ff;
    private const int StatxSize = 256;

    /// <summary>The user this process acts as.</summary>
    public static uint EffectiveUser => GetEffectiveUserId();

    /// <summary>Asks of an open file, so that the answer is about what will be read and not about what the path names by then.</summary>
    /// <exception cref="Win32Exception">The system refused.</exception>
    public static FileFacts Of(SafeFileHandle file)
    {
        ArgumentNullException.ThrowIfNull(file);
        var held = false;
        try
        {
            file.DangerousAddRef(ref held);
            return Ask((int)file.DangerousGetHandle(), "", AtEmptyPath);
        }
        finally
        {
            if (held) file.DangerousRelease();
        }
    }

    /// <summary>Asks of a path, following links.</summary>
    /// <exception cref="Win32Exception">The system refused.</exception>
    public static FileFacts Of(string path) => Ask(AtWorkingDirectory, path, 0);

    /// <summary>Whether anybody but the owner may read, write or enter it.</summary>
    public bool OpenToOthers => (Mode & (UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.GroupExecute
        | UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute)) != 0;

    /// <summary>The rights as chmod writes them, as in <c>0644</c>.</summary>
    public string Octal => "0" + Convert.ToString((int)Mode & 0x1ff, 8).PadLeft(3, '0');

    private static FileFacts Ask(int directory, string path, int flags)
    {
        // struct statx: u32 uid at 20, u16 mode at 28, u64 size at 40 (linux/stat.h); in the machine's byte order.
        var buffer = new byte[StatxSize];
        if (Statx(directory, path, flags, BasicStats, buffer) != 0) throw new Win32Exception(Marshal.GetLastPInvokeError());
        return new FileFacts(MemoryMarshal.Read<uint>(buffer.AsSpan(20)), (UnixFileMode)(MemoryMarshal.Read<ushort>(buffer.AsSpan(28)) & 0xfff), MemoryMarshal.Read<long>(buffer.AsSpan(40)));
    }

    [LibraryImport("libc", EntryPoint = "statx", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Statx(int directory, string path, int flags, uint mask, [Out] byte[] buffer);

    [LibraryImport("libc", EntryPoint = "geteuid")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial uint GetEffectiveUserId();
}
