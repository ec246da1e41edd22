using System.ComponentModel;
using System.Security.Cryptography;
using System.Text;

using HyphaMarket.Node.Hosting;

namespace HyphaMarket.Node.Identity;

/// <summary>The secret of the API's loopback port on disk: 0600, its own user's, made when it is first needed. It goes into no flag and no log.</summary>
public static class ApiTokenFile
{
    /// <summary>256 bits: nobody guesses them, however fast they ask.</summary>
    private const int Bytes = 32;

    /// <summary>A token of an operator's own may be longer, and a shorter one could be guessed.</summary>
    private const int LeastChars = 32, MostChars = 512;

    /// <summary>The token, made if there is none.</summary>
    /// <exception cref="FatalException">Others may read the file or own it (permission), or it holds no usable token (bad configuration).</exception>
    public static string LoadOrCreate(string path)
    {
        try
        {
            if (!File.Exists(path)) Create(path);
            using var file = File.OpenHandle(path);
            CheckRights(path, FileFacts.Of(file));
            var bytes = new byte[MostChars + 2];
            var token = Encoding.UTF8.GetString(bytes, 0, RandomAccess.Read(file, bytes, 0)).TrimEnd('\r', '\n');
            return token.Length is >= LeastChars and <= MostChars && token.All(c => char.IsAsciiLetterOrDigit(c) || "-._~+/=".Contains(c, StringComparison.Ordinal)) ? token : throw Unusable(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or Win32Exception)
        {
            throw new FatalException(new Problem("token-unreadable", $"The API's token file {path} cannot be read or made.", e.Message, "Run the node as the file's owner, and let it write its data directory."), ExitCode.Permission, e);
        }
    }

    private static void Create(string path)
    {
        var temporary = path + ".new";
        File.Delete(temporary);
        using (var file = new FileStream(temporary, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, Share = FileShare.None, UnixCreateMode = KeyFile.Mode }))
        {
            file.Write(Encoding.ASCII.GetBytes(Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(Bytes)) + "\n"));
            file.Flush(flushToDisk: true);
        }

        File.Move(temporary, path, overwrite: false);
    }

    private static void CheckRights(string path, FileFacts facts)
    {
        if (facts.Owner != FileFacts.EffectiveUser)
        {
            throw new FatalException(new Problem("token-owner", $"The API's token file {path} belongs to user {facts.Owner}, and the node runs as user {FileFacts.EffectiveUser}.",
                "Another user knows the token and can trade as this node.", $"Run the node as its owner, or delete {path}: a new one is made."), ExitCode.Permission);
        }

        if (facts.OpenToOthers)
        {
            throw new FatalException(new Problem("token-mode", $"The API's token file {path} has the rights {facts.Octal}.",
                "Whoever reads the token can trade as this node.", $"Run `chmod 600 {path}`; if others had access, delete it: a new one is made."), ExitCode.Permission);
        }
    }

    private static FatalException Unusable(string path) => new(
        new Problem("token-unusable", $"The API's token file {path} holds no usable token.", $"A token is one line of {LeastChars} to {MostChars} letters, digits and -._~+/=.", "Delete it: a new one is made."), ExitCode.BadConfiguration);
}
