using System.Text.Json;

using HyphaMarket.Cli.Output;

namespace HyphaMarket.Cli.Devnet;

/// <summary>Where running devnets note themselves: a file in each one's directory, and a link-file per process in the user's runtime directory.</summary>
internal sealed class DevnetRegistry(IReadOnlyDictionary<string, string> environment)
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    private string Directory { get; } = Path.Combine(
        environment.TryGetValue("XDG_RUNTIME_DIR", out var runtime) && System.IO.Directory.Exists(runtime) ? runtime : Path.GetTempPath(),
        "hypha-market-devnets-" + Environment.UserName);

    public void Write(DevnetState state)
    {
        var json = JsonSerializer.Serialize(state, CliJson.Default.DevnetState);
        File.WriteAllText(Path.Combine(state.Directory, DevnetState.FileName), json);
        System.IO.Directory.CreateDirectory(Directory, OwnerOnly);
        File.WriteAllText(PathOf(state.Pid), json);
    }

    public void Remove(DevnetState state)
    {
        if (System.IO.Directory.Exists(state.Directory)) File.Delete(Path.Combine(state.Directory, DevnetState.FileName));
        if (System.IO.Directory.Exists(Directory)) File.Delete(PathOf(state.Pid));
    }

    /// <summary>The devnets of this user, or the one of a directory; dead ones included.</summary>
    public IReadOnlyList<DevnetState> Find(string? directory)
    {
        if (directory is not null) return Read(Path.Combine(directory, DevnetState.FileName)) is { } one ? [one] : [];
        return System.IO.Directory.Exists(Directory) ? [.. System.IO.Directory.GetFiles(Directory, "*.json").Order(StringComparer.Ordinal).Select(Read).OfType<DevnetState>()] : [];
    }

    private string PathOf(int pid) => Path.Combine(Directory, $"{pid}.json");

    private static DevnetState? Read(string path)
    {
        try
        {
            return File.Exists(path) ? JsonSerializer.Deserialize(File.ReadAllText(path), CliJson.Default.DevnetState) : null;
        }
        catch (Exception e) when (e is JsonException or IOException)
        {
            // Half written by a devnet that starts or ends this moment.
            return null;
        }
    }
}
