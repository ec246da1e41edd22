using System.Diagnostics;
using System.Reflection;

namespace HyphaMarket.Architecture.Tests.Repository;

/// <summary>The working copy that the tests were built from.</summary>
internal static class RepositoryFiles
{
    private static readonly TimeSpan GitDeadline = TimeSpan.FromSeconds(20);

    /// <summary>Folders that builds and test runs make, in case there is no git to ask what is tracked.</summary>
    private static readonly HashSet<string> Generated = ["bin", "obj", "artifacts", "node_modules", "TestResults", ".git", ".vs", ".idea"];

    public static string Root { get; } =
        typeof(RepositoryFiles).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(item => item.Key == "RepositoryRoot").Value!;

    /// <summary>Every file of the repository, relative to its root, with forward slashes: what git tracks, or what is there where git is not.</summary>
    public static IReadOnlyList<string> All { get; } = TrackedByGit() ?? OnDisk(Root).ToList();

    /// <summary>The C# files under a folder.</summary>
    public static IEnumerable<string> CSharpUnder(string folder) =>
        All.Where(path => path.StartsWith(folder + "/", StringComparison.Ordinal) && path.EndsWith(".cs", StringComparison.Ordinal));

    public static string Read(string path) => File.ReadAllText(Path.Combine(Root, path));

    private static List<string>? TrackedByGit()
    {
        try
        {
            var start = new ProcessStartInfo("git", ["ls-files", "-z"]) { WorkingDirectory = Root, RedirectStandardOutput = true, RedirectStandardError = true };
            using var git = Process.Start(start)!;
            var output = git.StandardOutput.ReadToEndAsync();
            var errors = git.StandardError.ReadToEndAsync();
            if (!git.WaitForExit(GitDeadline) || git.ExitCode != 0) return null;
            Task.WaitAll(output, errors);
            // A file that is deleted but not yet committed is still listed.
            var paths = output.Result.Split('\0', StringSplitOptions.RemoveEmptyEntries).Where(path => File.Exists(Path.Combine(Root, path))).ToList();
            return paths.Count == 0 ? null : paths;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return null; // No git: a source archive is tested as it lies there.
        }
    }

    private static IEnumerable<string> OnDisk(string folder)
    {
        foreach (var file in Directory.EnumerateFiles(folder)) yield return Path.GetRelativePath(Root, file).Replace('\\', '/');
        foreach (var child in Directory.EnumerateDirectories(folder).Where(child => !Generated.Contains(Path.GetFileName(child))))
        {
            foreach (var file in OnDisk(child)) yield return file;
        }
    }
}
