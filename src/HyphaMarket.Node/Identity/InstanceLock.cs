using System.Globalization;

using HyphaMarket.Node.Hosting;

namespace HyphaMarket.Node.Identity;

/// <summary>Keeps a second daemon off a data directory: two would vote twice and sell one unit twice.</summary>
/// <remarks>
/// The lock is the kernel's (flock on an open file), so a crash frees it and a left-over file means nothing. The holder's process id is
/// in a file of its own, because the locked file cannot be opened by the one who wants to read it.
/// </remarks>
public sealed class InstanceLock : IDisposable
{
    private readonly FileStream _lock;
    private readonly string _pidFile;

    private InstanceLock(FileStream held, string pidFile) => (_lock, _pidFile) = (held, pidFile);

    /// <summary>Takes the lock.</summary>
    /// <param name="path">The lock file; made where it does not exist and never deleted, for a deleted file can be locked twice.</param>
    /// <exception cref="FatalException">Another process holds it, or the file cannot be made.</exception>
    public static InstanceLock Take(string path)
    {
        var pidFile = PidFileOf(path);
        FileStream held;
        try
        {
            held = new FileStream(path, new FileStreamOptions
            {
                Mode = FileMode.OpenOrCreate, Access = FileAccess.ReadWrite, Share = FileShare.None,
                UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
            });
        }
        catch (UnauthorizedAccessException e)
        {
            throw new FatalException(new Problem("lock-unreachable", $"The lock file {path} cannot be opened.", e.Message, "Run the node as the owner of its data directory."), ExitCode.Permission, e);
        }
        catch (IOException e) when (File.Exists(path))
        {
            var holder = ReadHolder(path);
            throw new FatalException(new Problem("already-running",
                $"Another daemon{(holder is { } pid ? $" (pid {pid})" : "")} uses the data directory {Path.GetDirectoryName(path)}.",
                "Two daemons with one key would vote twice and sell the same unit twice.",
                holder is { } other ? $"Stop it with `kill {other}`, or give this one another directory with --data DIR." : "Stop it, or give this one another directory with --data DIR."),
                ExitCode.Error, e);
        }
        catch (IOException e)
        {
            throw new FatalException(new Problem("lock-unreachable", $"The lock file {path} cannot be made.", e.Message, "Make room or mend the disk."), ExitCode.Error, e);
        }
        try
        {
            File.WriteAllText(pidFile, Environment.ProcessId.ToString(CultureInfo.InvariantCulture) + "\n");
        }
        catch (IOException e)
        {
            held.Dispose();
            throw new FatalException(new Problem("disk-unwritable", $"{pidFile} cannot be written.", e.Message, "Make room on the disk, then start the node again."), ExitCode.Error, e);
        }
        return new InstanceLock(held, pidFile);
    }

    /// <summary>The process id that the last holder wrote; null where it wrote none. It may be gone by now.</summary>
    public static int? ReadHolder(string path)
    {
        try
        {
            return int.TryParse(File.ReadAllText(PidFileOf(path)).Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var pid) ? pid : null;
        }
        catch (IOException)
        {
            // No file: the holder is between locking and writing it. The message goes without the number.
            return null;
        }
    }

    public void Dispose()
    {
        try
        {
            File.Delete(_pidFile);
        }
        catch (IOException)
        {
            // A left-over number misleads nobody: it is read only while somebody holds the lock, and then it was rewritten.
        }
        _lock.Dispose();
    }

    private static string PidFileOf(string path) => Path.ChangeExtension(path, ".pid");
}
