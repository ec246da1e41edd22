namespace HyphaMarket.Libp2p.Hosting;

/// <summary>A file that is replaced as a whole and that only its owner may read (0600).</summary>
internal static class PrivateFile
{
    /// <summary>Writes beside the file and then puts it in its place, so that a crash leaves the old content or the new.</summary>
    /// <exception cref="IOException">The disk refused; the file before is as it was.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder refused; the file before is as it was.</exception>
    public static void Replace(string path, ReadOnlySpan<byte> bytes)
    {
        var temporary = path + ".new";
        // What a crash left behind may have another mode, and creation would keep that.
        File.Delete(temporary);
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, Share = FileShare.None };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        using (var file = new FileStream(temporary, options))
        {
            file.Write(bytes);
            file.Flush(flushToDisk: true);
        }
        File.Move(temporary, path, overwrite: true);
    }

    /// <summary>Reads the file, of one that is too long one byte more than allowed: enough to refuse it, whatever its length says.</summary>
    public static byte[] ReadBounded(string path, int maxBytes)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read);
        var bytes = new byte[Math.Min(file.Length, maxBytes + 1L)];
        file.ReadExactly(bytes);
        return bytes;
    }
}
