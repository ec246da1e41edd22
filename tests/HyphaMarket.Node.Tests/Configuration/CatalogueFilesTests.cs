using HyphaMarket.Market.Profiles;
using HyphaMarket.Node.Configuration;
using HyphaMarket.Node.Hosting;
using HyphaMarket.Node.Identity;
using HyphaMarket.Node.Storage.Backups;
using HyphaMarket.Node.Tests.TestSupport;

namespace HyphaMarket.Node.Tests.Configuration;

[TestFixture]
internal sealed class CatalogueFilesTests
{
    private TemporaryDirectory _directory = null!;

    private string Data => _directory.File("d");

    private string Kept => Path.Combine(CatalogueFiles.DirectoryOf(Data), "test-micro.json");

    [SetUp]
    public void Prepare()
    {
        _directory = new TemporaryDirectory();
        DataDirectory.Prepare(Data);
    }

    [TearDown]
    public void Remove() => _directory.Dispose();

    [Test]
    public void Profile_ThatIsAdded_IsKept_ForItsOwnerAlone()
    {
        var (profile, wasThere) = CatalogueFiles.Add(Data, Micro());
        Assert.That((profile.Slug, wasThere), Is.EqualTo(("test-micro", false)));
        Assert.That(CatalogueFiles.Load(Data).Find(profile.Id)?.IsAdded, Is.True);
        Assert.That((File.GetUnixFileMode(Kept), File.GetUnixFileMode(CatalogueFiles.DirectoryOf(Data))), Is.EqualTo((KeyFile.Mode, DataDirectory.Mode)));
        Assert.That(Directory.EnumerateFiles(CatalogueFiles.DirectoryOf(Data)), Has.Exactly(1).Items);
    }

    [Test]
    public void Profile_ThatIsThere_IsNeverWrittenOver()
    {
        CatalogueFiles.Add(Data, Micro());
        var before = File.ReadAllText(Kept);
        Assert.That(CatalogueFiles.Add(Data, Micro(note: "said otherwise")).WasThere);
        Assert.That(CodeOf(() => CatalogueFiles.Add(Data, Micro(cores: 2))), Is.EqualTo("profile-exists"));
        Assert.That(CodeOf(() => CatalogueFiles.Add(Data, Micro(name: "Test Twin"))), Is.EqualTo("profile-known"));
        Assert.That(File.ReadAllText(Kept), Is.EqualTo(before));
        Assert.That(CatalogueFiles.Load(Data).Profiles, Has.Count.EqualTo(ProfileCatalogue.BuiltIn.Profiles.Count + 1));
    }

    [Test]
    public void DryRun_WritesNothing()
    {
        Assert.That(CatalogueFiles.Add(Data, Micro(), dryRun: true).Profile.Slug, Is.EqualTo("test-micro"));
        Assert.That(Directory.Exists(CatalogueFiles.DirectoryOf(Data)), Is.False);
        Assert.That(CatalogueFiles.Load(Data), Is.SameAs(ProfileCatalogue.BuiltIn));
    }

    [Test]
    public void File_ThatIsNoProfile_IsRefused_WithWhatIsWrong()
    {
        var path = _directory.File("p.json");
        File.WriteAllText(path, "{ \"name\": \"Test\" }");
        var failure = Assert.Throws<FatalException>(() => CatalogueFiles.Add(Data, path))!;
        Assert.That((failure.Problems[0].Code, failure.ExitCode), Is.EqualTo(("bad-profile", ExitCode.BadConfiguration)));
        Assert.That(failure.Problems[0].Why, Does.Contain("requirement"));
        File.WriteAllBytes(path, new byte[ProfileDocument.MaxBytes + 1]);
        Assert.That(CodeOf(() => CatalogueFiles.Add(Data, path)), Is.EqualTo("bad-profile"));
        Assert.That(CodeOf(() => CatalogueFiles.Add(Data, _directory.File("none"))), Is.EqualTo("no-such-file"));
        Assert.That(CodeOf(() => CatalogueFiles.Add(_directory.File("no-node"), Micro())), Is.EqualTo("no-data-directory"));
    }

    [Test]
    public void Catalogue_WithAFileThatCannotBeTakenIn_IsNone()
    {
        CatalogueFiles.Add(Data, Micro());
        File.AppendAllText(Kept, "}");
        Assert.That(CodeOf(() => CatalogueFiles.Load(Data)), Is.EqualTo("bad-profile"));
        Assert.That(NodeOptionsValidator.Validate(new NodeOptions { DataDirectory = Data, Network = NetworkDocument.DevnetName }).Select(problem => problem.Code), Does.Contain("bad-profile"), "such a node does not start");
        File.Copy(Micro(), Kept, overwrite: true);
        File.Move(Kept, Path.Combine(CatalogueFiles.DirectoryOf(Data), "other.json"));
        Assert.That(CodeOf(() => CatalogueFiles.Load(Data)), Is.EqualTo("profile-misnamed"));
    }

    [Test]
    public void Profile_ThatTheProgramCarriesByNow_IsItsOwn()
    {
        // As if a later version had taken in what was added.
        var known = ProfileCatalogue.BuiltIn.Profiles[0];
        Directory.CreateDirectory(CatalogueFiles.DirectoryOf(Data));
        var wanted = known.Requirement;
        File.WriteAllText(Path.Combine(CatalogueFiles.DirectoryOf(Data), known.Slug + ".json"), $$"""
            { "name": "{{known.Name}}", "requirement": { "acceleratorCount": {{wanted.AcceleratorCount}}, "vramEachMib": {{wanted.VramEachMib}}, "vramTotalMib": {{wanted.VramTotalMib}},
              "models": ["{{string.Join("\", \"", wanted.Models)}}"], "interconnect": "pcie", "fabrics": [], "cpuArchitectures": ["x86_64"], "cpuCores": {{wanted.CpuCores}}, "memoryMib": {{wanted.MemoryMib}},
              "diskClass": "ssd", "diskMib": {{wanted.DiskMib}}, "networkMbitS": 0, "timeUnit": "minute" } }
            """);
        Assert.That(CatalogueFiles.Load(Data).Profiles, Is.EqualTo(ProfileCatalogue.BuiltIn.Profiles));
    }

    [Test]
    public void Program_ThatDescribesAnAddedModelOtherwise_IsRight_AndTheNodeGoesOn()
    {
        CatalogueFiles.Add(Data, Accelerated("Test Large", 2));
        CatalogueFiles.Add(Data, Accelerated("Test Small", 1));
        // A later version takes in one of the two, and describes their model by better words.
        var adopted = ProfileDocument.Parse(File.ReadAllText(Accelerated("Test Small", 1)));
        var program = ProfileCatalogue.BuiltIn.With([adopted with { Models = [adopted.Models[0] with { ShownAs = ["Xpu 9 Pro", "Xpu 9"] }] }]);
        var catalogue = CatalogueFiles.Load(Data, program);
        Assert.That(catalogue.Profiles.Select(profile => profile.Slug), Is.EqualTo(program.Profiles.Select(profile => profile.Slug).Append("test-large")));
        Assert.That(catalogue.Models, Is.EqualTo(program.Models), "the program's own description counts");
        Assert.That(program.Knows(adopted), "the market is known, whatever the document says of its model");
    }

    [Test]
    public void AddedProfile_MayBeNamedInTheConfiguration()
    {
        var options = new NodeOptions { DataDirectory = Data, Network = NetworkDocument.DevnetName, History = new HistoryOptions { Watch = ["test-micro"] } };
        Assert.That(NodeOptionsValidator.Validate(options).Single().Code, Is.EqualTo("unknown-profile"));
        CatalogueFiles.Add(Data, Micro());
        Assert.That(NodeOptionsValidator.Validate(options), Is.Empty);
    }

    [Test]
    public void Backup_TakesAddedProfilesAlong()
    {
        var node = new NodeOptions { DataDirectory = Data };
        KeyFile.Create(node.KeyFile).Dispose();
        CatalogueFiles.Add(Data, Micro());
        RepositoryBackup.Make(node, _directory.File("backup"));
        RepositoryBackup.Restore(_directory.File("backup"), node with { DataDirectory = _directory.File("again") });
        Assert.That(CatalogueFiles.Load(_directory.File("again")).TryFind("test-micro", out _, out _));
        File.AppendAllText(Path.Combine(CatalogueFiles.DirectoryOf(_directory.File("backup")), "test-micro.json"), "}");
        Assert.That(CodeOf(() => RepositoryBackup.Restore(_directory.File("backup"), node with { DataDirectory = _directory.File("third") })), Is.EqualTo("backup-damaged"));
    }

    private string Accelerated(string name, int count)
    {
        var path = _directory.File($"{name}.json");
        File.WriteAllText(path, $$"""
            { "name": "{{name}}", "models": [{ "id": "nvidia-xpu-9", "vendor": "nvidia", "shownAs": ["Xpu 9"] }],
              "requirement": { "acceleratorCount": {{count}}, "vramEachMib": 90000, "vramTotalMib": {{count * 90_000}}, "models": ["nvidia-xpu-9"], "interconnect": "pcie", "fabrics": [], "cpuArchitectures": ["x86_64"],
              "cpuCores": 8, "memoryMib": 64000, "diskClass": "ssd", "diskMib": 100000, "networkMbitS": 0, "timeUnit": "minute" } }
            """);
        return path;
    }

    private string Micro(string name = "Test Micro", int cores = 1, string note = "") => SampleProfiles.Write(_directory.Path, name, cores, note);

    private static string CodeOf(Action does) => Assert.Throws<FatalException>(does)!.Problems[0].Code;
}
