using HyphaMarket.Node.Hosting;

namespace HyphaMarket.Node.Identity;

/// <summary>The directory that holds everything a node must keep: 0700 and its own user's, or the node does not start.</summary>
public static class DataDirectory
{
    /// <summary>0700: key, journal and the API's socket are its owner's alone.</summary>
    public const UnixFileMode Mode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    /// <summary>Makes the directory and its parents where they do not exist, and checks it.</summary>
    /// <exception cref="FatalException">It cannot be made, or others have rights on it.</exception>
    public static void Prepare(string path)
    {
        try
        {
            Directory.CreateDirectory(path, Mode);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new FatalException(new Problem("data-directory", $"The data directory {path} cannot be made.", e.Message,
                "Choose another with --data DIR or HYPHAMARKET_DATA, or have its parent made writable."), ExitCode.Permission, e);
        }
        Check(path);
    }

    /// <summary>Checks an existing directory.</summary>
    /// <exception cref="FatalException">It does not exist, is another user's, or is open to others.</exception>
    public static void Check(string path)
    {
        if (!Directory.Exists(path))
        {
            throw new FatalException(new Problem("no-data-directory", $"There is no data directory {path}.", "A node keeps its key and its journal there.",
                $"Run `hypha-market init --data {path}`."), ExitCode.BadConfiguration);
        }
        var facts = FileFacts.Of(path);
        if (facts.Owner != FileFacts.EffectiveUser)
        {
            throw new FatalException(new Problem("data-directory-owner", $"The data directory {path} belongs to user {facts.Owner}, and the node runs as user {FileFacts.EffectiveUser}.",
                "Whoever owns the directory can replace the node's key.", $"Run the node as its owner, or `chown` {path} to the node's user."), ExitCode.Permission);
        }
        if (facts.OpenToOthers)
        {
            throw new FatalException(new Problem("data-directory-mode", $"The data directory {path} has the rights {facts.Octal}.",
                "Other users of this machine could read or replace what the node keeps there.", $"Run `chmod 700 {path}`."), ExitCode.Permission);
        }
    }
}
