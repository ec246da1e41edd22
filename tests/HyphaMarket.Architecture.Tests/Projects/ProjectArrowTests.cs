using System.Xml.Linq;
using HyphaMarket.Architecture.Tests.Repository;

namespace HyphaMarket.Architecture.Tests.Projects;

[TestFixtureSource(typeof(Arrows), nameof(Arrows.Projects))]
public sealed class ProjectArrowTests(string project)
{
    [Test]
    public void ProjectFile_ReferencesOnlyWhatTheArrowsAllow()
    {
        var document = XDocument.Parse(RepositoryFiles.Read($"src/{project}/{project}.csproj"));
        var references = document.Descendants("ProjectReference")
            .Select(item => Path.GetFileNameWithoutExtension(item.Attribute("Include")!.Value.Replace('\\', '/')));

        Assert.That(references, Is.SubsetOf(Arrows.Allowed[project]));
    }

    [Test]
    public void Assembly_ReferencesOnlyWhatTheArrowsAllow()
    {
        using var assembly = BuiltAssembly.Open(Arrows.AssemblyOf(project));
        var ours = assembly.ReferencedAssemblies.Where(name => name.StartsWith("HyphaMarket.", StringComparison.Ordinal) || name == "hypha-market");

        Assert.That(ours, Is.SubsetOf(Arrows.Allowed[project]));
    }
}
