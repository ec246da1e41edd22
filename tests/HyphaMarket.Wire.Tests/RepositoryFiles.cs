namespace HyphaMarket.Wire.Tests;

/// <summary>Finds files of the repository from wherever the tests were built to.</summary>
internal static class RepositoryFiles
{
    public static string Read(string relativePath)
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "HyphaMarket.sln"))) return File.ReadAllText(Path.Combine(folder.FullName, relativePath));
        }

        throw new FileNotFoundException($"{relativePath}: no folder above {AppContext.BaseDirectory} holds the solution.");
    }
}
