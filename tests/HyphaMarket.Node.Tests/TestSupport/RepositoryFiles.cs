namespace HyphaMarket.Node.Tests.TestSupport;

/// <summary>Finds files of the repository from wherever the tests were built to.</summary>
internal static class RepositoryFiles
{
    public static string Root { get; } = FindRoot();

    public static string Read(string relativePath) => File.ReadAllText(Path.Combine(Root, relativePath));

    /// <summary>The texts of all files of a folder and those below.</summary>
    public static IEnumerable<string> Under(string folder, string pattern) => Directory.EnumerateFiles(Path.Combine(Root, folder), pattern, SearchOption.AllDirectories).Order(StringComparer.Ordinal).Select(File.ReadAllText);

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "HyphaMarket.sln"))) return folder.FullName;
        }

        throw new FileNotFoundException($"No folder above {AppContext.BaseDirectory} holds the solution.");
    }
}
