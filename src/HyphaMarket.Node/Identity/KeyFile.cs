using System.ComponentModel;
using System.Security.Cryptography;

using HyphaMarket.Libp2p.Identity;
using HyphaMarket.Node.Hosting;

namespace HyphaMarket.Node.Identity;

/// <summary>The node's private key on disk: the protobuf form of a libp2p private key, 0600, its own user's.</summary>
public static class KeyFile
{
    /// <summary>0600.</summary>
    public const UnixFileMode Mode = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>The protobuf form of an Ed25519 key has 68 bytes, an older one 100; anything longer is another file.</summary>
    private const int LargestBytes = 128;

    /// <summary>Makes a key file and returns the peer id of its key.</summary>
    /// <inheritdoc cref="Create(string, bool)"/>
    public static string Make(string path, bool replace = false)
    {
        using var keys = Create(path, replace);
        return keys.PeerId.ToString();
    }

    /// <summary>Makes a key and writes it, whole or not at all.</summary>
    /// <param name="replace">Whether a key that is there may be lost; without it the call refuses.</param>
    /// <exception cref="FatalException">There is a key already, or the directory cannot be written.</exception>
    public static KeyPair Create(string path, bool replace = false)
    {
        var keys = KeyPair.Generate();
        var bytes = keys.ToProtobuf();
        var temporary = path + ".new";
        try
        {
            // A left-over of a crash holds no key that anybody uses.
            File.Delete(temporary);
            using (var file = new FileStream(temporary, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, Share = FileShare.None, UnixCreateMode = Mode }))
            {
                file.Write(bytes);
                file.Flush(flushToDisk: true);
            }
            if (replace) File.Move(temporary, path, overwrite: true);
            else MoveIfAbsent(temporary, path);
            return keys;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            keys.Dispose();
            throw new FatalException(new Problem("key-unwritable", $"The key file {path} cannot be written.", e.Message, "Let the node's user write its data directory, and make room on the disk."),
                e is UnauthorizedAccessException ? ExitCode.Permission : ExitCode.Error, e);
        }
        catch
        {
            keys.Dispose();
            throw;
        }
        finally
        {
            CryptographicOperations.ZeroMemory(bytes);
        }
    }

    /// <summary>Reads the key.</summary>
    /// <exception cref="FatalException">The file is missing or damaged (bad configuration), or others may read it or own it (permission).</exception>
    public static KeyPair Load(string path)
    {
        var bytes = new byte[LargestBytes + 1];
        try
        {
            int length;
            using (var file = File.OpenHandle(path))
            {
                CheckRights(path, FileFacts.Of(file));
                length = ReadAll(file, bytes);
            }
            if (length > LargestBytes) throw Damaged(path, $"It has more than {LargestBytes} bytes, and an Ed25519 key has 68.");
            if (length == 0) throw Damaged(path, "It is empty.");
            return KeyPair.TryFromProtobuf(bytes.AsSpan(0, length), out var keys, out var error) ? keys : throw Damaged(path, error);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new FatalException(new Problem("no-key", $"There is no key file {path}.", "The key is who the node is.", $"Run `hypha-market init --data {Path.GetDirectoryName(path)}`."), ExitCode.BadConfiguration, e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or Win32Exception)
        {
            throw new FatalException(new Problem("key-unreadable", $"The key file {path} cannot be read.", e.Message, "Run the node as the file's owner."), ExitCode.Permission, e);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(bytes);
        }
    }

    private static void CheckRights(string path, FileFacts facts)
    {
        if (facts.Owner != FileFacts.EffectiveUser)
        {
            throw new FatalException(new Problem("key-owner", $"The key file {path} belongs to user {facts.Owner}, and the node runs as user {FileFacts.EffectiveUser}.",
                "Another user knows the key and can act as this node.", $"Run the node as its owner, or `chown` {path} to the node's user."), ExitCode.Permission);
        }
        if (facts.OpenToOthers)
        {
            throw new FatalException(new Problem("key-mode", $"The key file {path} has the rights {facts.Octal}.",
                "Whoever reads the key can trade as this node.", $"Run `chmod 600 {path}`; if others had access, make a new key with `hypha-market init --force`."), ExitCode.Permission);
        }
    }

    private static int ReadAll(Microsoft.Win32.SafeHandles.SafeFileHandle file, byte[] buffer)
    {
        var length = 0;
        while (length < buffer.Length)
        {
            var read = RandomAccess.Read(file, buffer.AsSpan(length), length);
            if (read == 0) break;
            length += read;
        }
        return length;
    }

    private static void MoveIfAbsent(string temporary, string path)
    {
        try
        {
            File.Move(temporary, path, overwrite: false);
        }
        catch (IOException e) when (File.Exists(path))
        {
            File.Delete(temporary);
            throw new FatalException(new Problem("key-exists", $"There is a key file {path} already.", "A new key is a new node: leases and open orders of the old one would be lost.",
                "Keep it; or replace it with --force if you are sure."), ExitCode.Error, e);
        }
    }

    private static FatalException Damaged(string path, string why) =>
        new(new Problem("key-damaged", $"The key file {path} is no usable key.", why, "Restore it from a backup; or make a new key, and so a new node, with `hypha-market init --force`."), ExitCode.BadConfiguration);
}
