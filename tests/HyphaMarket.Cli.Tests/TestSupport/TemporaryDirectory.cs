namespace HyphaMarket.Cli.Tests.TestSupport;

/// <summary>A directory of a test's own with a short path, because a Unix socket's path may have only 107 bytes; deleted with the test.</summary>
internal sealed class TemporaryDirectory : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("hm-").FullName;

    public string File(string name) => System.IO.Path.Combine(Path, name);

    public void Dispose()
    {
        if (Directory.Exists(Path)) Directory.Delete(Path, recursive: true);
    }
}
