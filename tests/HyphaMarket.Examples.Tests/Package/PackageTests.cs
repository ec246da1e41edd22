using System.Diagnostics;
using System.IO.Compression;
using System.Xml.Linq;

namespace HyphaMarket.Examples.Tests.Package;

/// <summary>What <c>dotnet pack</c> makes of the library, from the build that this run tests.</summary>
public sealed class PackageTests
{
    private static readonly TimeSpan s_deadline = TimeSpan.FromMinutes(3);
    private string _folder = null!;
    private string _package = null!;
    private string _symbols = null!;

    [OneTimeSetUp]
    public async Task Pack()
    {
        _folder = Directory.CreateTempSubdirectory("hypha-pack-").FullName;
        var start = new ProcessStartInfo(
            "dotnet",
            ["pack", RepositoryFiles.PathOf("src/HyphaMarket.Libp2p/HyphaMarket.Libp2p.csproj"), "-c", RepositoryFiles.Configuration, "--no-build", "--nologo", "-o", _folder])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var pack = Process.Start(start)!;
        var (output, errors) = (pack.StandardOutput.ReadToEndAsync(), pack.StandardError.ReadToEndAsync());
        using var deadline = new CancellationTokenSource(s_deadline);
        await pack.WaitForExitAsync(deadline.Token);
        var said = await output + await errors;

        Assert.That(pack.ExitCode, Is.Zero, said);
        Assert.That(said, Does.Not.Contain("warning"));
        _package = Directory.GetFiles(_folder, "*.nupkg").Single();
        _symbols = Directory.GetFiles(_folder, "*.snupkg").Single();
    }

    [OneTimeTearDown]
    public void Remove() => Directory.Delete(_folder, recursive: true);

    [Test]
    public void Package_HoldsTheLibraryItsCommentsAndThePage()
    {
        Assert.That(Contents(_package), Is.EquivalentTo(new[] { "README.md", "lib/net10.0/HyphaMarket.Libp2p.dll", "lib/net10.0/HyphaMarket.Libp2p.xml" }));
    }

    [Test]
    public void Symbols_AreBeside() => Assert.That(Contents(_symbols), Is.EquivalentTo(new[] { "lib/net10.0/HyphaMarket.Libp2p.pdb" }));

    [Test]
    public void Package_SaysWhatItIs()
    {
        var nuspec = Nuspec();
        string? Value(string name) => nuspec.Descendants().SingleOrDefault(element => element.Name.LocalName == name)?.Value;

        using (Assert.EnterMultipleScope())
        {
            Assert.That(Value("id"), Is.EqualTo("HyphaMarket.Libp2p"));
            Assert.That(Value("version"), Does.Match(@"^\d+\.\d+\.\d+"));
            Assert.That(Value("license"), Is.EqualTo("Apache-2.0"));
            Assert.That(Value("readme"), Is.EqualTo("README.md"));
            Assert.That(Value("description"), Does.Contain("libp2p"));
            Assert.That(Value("tags"), Does.Contain("libp2p").And.Contain("gossipsub").And.Contain("kademlia"));
            Assert.That(Value("authors"), Is.Not.Empty);
        }
    }

    [Test]
    public void Package_NeedsThreeOthers()
    {
        var dependencies = Nuspec().Descendants().Where(element => element.Name.LocalName == "dependency").Select(element => element.Attribute("id")!.Value);

        Assert.That(dependencies, Is.EquivalentTo(new[] { "Google.Protobuf", "Microsoft.Extensions.Logging.Abstractions", "SimpleBase" }));
    }

    /// <summary>What the package's own format adds is left out.</summary>
    private static List<string> Contents(string path)
    {
        using var archive = ZipFile.OpenRead(path);
        return [.. archive.Entries.Select(entry => entry.FullName)
            .Where(name => !name.StartsWith("_rels/", StringComparison.Ordinal) && !name.StartsWith("package/", StringComparison.Ordinal)
                && name != "[Content_Types].xml" && !name.EndsWith(".nuspec", StringComparison.Ordinal))];
    }

    private XDocument Nuspec()
    {
        using var archive = ZipFile.OpenRead(_package);
        using var stream = archive.Entries.Single(entry => entry.FullName.EndsWith(".nuspec", StringComparison.Ordinal)).Open();
        return XDocument.Load(stream);
    }
}
