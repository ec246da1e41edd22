using HyphaMarket.Cli.Client;
using HyphaMarket.Node.Hosting;
using HyphaMarket.Simulation.Economics.Pictures;

namespace HyphaMarket.Cli.Output;

/// <summary>Writes pictures into a directory that the user named.</summary>
internal static class PictureFiles
{
    /// <summary>Makes sure that there is such a directory: before hours of work, not after.</summary>
    /// <exception cref="CliException">There cannot be one.</exception>
    public static void Prepare(string directory) => Guard(directory, () => Directory.CreateDirectory(directory));

    /// <summary>Writes each picture as <c>NAME.svg</c>, over one that is there, and says so.</summary>
    /// <exception cref="CliException">A file cannot be written.</exception>
    public static void Write(string directory, IReadOnlyList<Picture> pictures, Action<string> say)
    {
        Guard(directory, () =>
        {
            foreach (var picture in pictures) File.WriteAllText(Path.Combine(directory, picture.Name + ".svg"), picture.Svg);
        });
        say($"{pictures.Count} pictures written to {directory}: {string.Join(", ", pictures.Select(picture => picture.Name + ".svg"))}.");
    }

    private static void Guard(string directory, Action act)
    {
        try
        {
            act();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw new CliException(ExitCode.Error, "pictures-not-written", $"Pictures cannot be written to \"{directory}\": {e.Message}", "Name a directory that you may write to.");
        }
    }
}
