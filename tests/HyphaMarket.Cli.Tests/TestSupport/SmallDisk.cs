using System.Diagnostics;

namespace HyphaMarket.Cli.Tests.TestSupport;

/// <summary>A file system of two megabytes in memory, mounted at a path, that a test can fill to its last byte.</summary>
internal sealed class SmallDisk : IDisposable
{
    private readonly string _path;
    private readonly string _filler;

    private SmallDisk(string path) => (_path, _filler) = (path, Path.Combine(path, "filler"));

    /// <summary>Mounts it at a directory; null, with the reason, where this user may not mount.</summary>
    public static SmallDisk? TryMount(string path, out string reason)
    {
        Directory.CreateDirectory(path);
        reason = Run("mount", "-t", "tmpfs", "-o", "size=2m,mode=0700", "tmpfs", path);
        return reason.Length == 0 ? new SmallDisk(path) : null;
    }

    /// <summary>Leaves no byte free.</summary>
    public void Fill()
    {
        // Unbuffered, so that the write that fails is the one that is told.
        using var file = new FileStream(_filler, FileMode.Append, FileAccess.Write, FileShare.None, bufferSize: 0);
        foreach (var size in new[] { 65_536, 1 })
        {
            try
            {
                while (true) file.Write(new byte[size]);
            }
            catch (IOException)
            {
                // Not one piece of this size more.
            }
        }
    }

    public void Free() => File.Delete(_filler);

    public void Dispose()
    {
        var problem = Run("umount", _path);
        if (problem.Length > 0) throw new IOException(problem);
    }

    /// <summary>What the tool complained of; empty where it did its work.</summary>
    private static string Run(string tool, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(tool, arguments) { RedirectStandardError = true })!;
        var error = process.StandardError.ReadToEnd().Trim();
        process.WaitForExit();
        return process.ExitCode == 0 ? "" : $"{tool} ended with {process.ExitCode}: {error}";
    }
}
