namespace HyphaMarket.Architecture.Tests.Repository;

public sealed class TopLevelTests
{
    private static readonly string[] Wanted = ["HyphaMarket.sln", "LICENSE", "README.md", "deploy", "global.json", "proto", "src", "tests"];

    [Test]
    public void TopLevel_BesideDotAndPropsFiles_IsExactlyTheHouse()
    {
        var entries = RepositoryFiles.All
            .Select(path => path.Split('/')[0])
            .Distinct()
            .Where(entry => !entry.StartsWith('.') && !(entry.StartsWith("Directory.", StringComparison.Ordinal) && entry.EndsWith(".props", StringComparison.Ordinal)));

        Assert.That(entries, Is.EquivalentTo(Wanted));
    }

    [Test]
    public void Solution_NamesEveryProject()
    {
        var solution = RepositoryFiles.Read("HyphaMarket.sln").Replace('\\', '/');
        var projects = RepositoryFiles.All.Where(path => path.EndsWith(".csproj", StringComparison.Ordinal)).ToList();

        Assert.That(projects, Is.Not.Empty);
        Assert.That(projects.Where(path => !solution.Contains($"\"{path}\"", StringComparison.Ordinal)), Is.Empty);
    }
}
