using System.IO.Compression;

using HyphaMarket.Cli.Tests.TestSupport;
using HyphaMarket.Node.Hosting;

namespace HyphaMarket.Cli.Tests.Support;

/// <summary>A bundle of a node whose configuration cannot be used: it tells why, and repeats no password.</summary>
public sealed class SupportBundleTests : DaemonFixture
{
    [TestCase("\"postgresql+psycopg2://u:hunter2@h/d\"")]
    [TestCase("\"jdbc:postgresql://u:hunter2@h/d\"")]
    [TestCase("\" postgres://u:hunter2@h/d\"")]
    [TestCase("\"Host=h;Database=d;Password=a://hunter2\"")]
    [TestCase("[\"Host=a;Passwd=hunter2\", \"postgres://u:hunter2@h/d\"]")]
    public async Task PasswordInHistoryPostgres_IsInNoFileOfABundle(string value)
    {
        await File.WriteAllTextAsync(Path.Combine(_line.DataDirectory, "config.json"), $$"""{ "history": { "postgres": {{value}} } }""");
        var file = _line.Directory.File("bundle.zip");
        Assert.That((await _line.RunAsync("support", "bundle", "-f", file)).Code, Is.EqualTo(ExitCode.Ok));
        using var zip = ZipFile.OpenRead(file);
        foreach (var entry in zip.Entries)
        {
            using var reader = new StreamReader(entry.Open());
            Assert.That(await reader.ReadToEndAsync(), Does.Not.Contain("hunter2"), entry.FullName);
        }

        Assert.That(zip.Entries.Select(entry => entry.FullName), Does.Contain("configuration-problems.txt"));
    }
}
