namespace HyphaMarket.Examples.Tests.Pages;

/// <summary>The pages show the code that the tests of this project run.</summary>
public sealed class ExamplePageTests
{
    private const string UpdateVariable = "HYPHAMARKET_UPDATE_PAGES";
    private static readonly string[] s_pages = ["src/HyphaMarket.Libp2p/README.md", "src/HyphaMarket.Libp2p/EXAMPLES.md"];

    [TestCaseSource(nameof(s_pages))]
    public void Page_ShowsTheCodeThatIsTested(string page)
    {
        var path = RepositoryFiles.PathOf(page);
        var text = File.ReadAllText(path);
        var fresh = ExamplePage.Refresh(text, ExampleSource.Read);
        if (Environment.GetEnvironmentVariable(UpdateVariable) == "1" && fresh != text) File.WriteAllText(path, text = fresh);

        Assert.That(text, Is.EqualTo(fresh), $"{page} differs from tests/HyphaMarket.Examples.Tests/Examples. To bring it up to date: {UpdateVariable}=1 dotnet test tests/HyphaMarket.Examples.Tests --filter {nameof(ExamplePageTests)}");
    }

    [TestCaseSource(nameof(s_pages))]
    public void Page_HasNoOtherCode(string page)
    {
        var text = File.ReadAllText(RepositoryFiles.PathOf(page));

        Assert.That(ExamplePage.CountBlocks(text), Is.EqualTo(ExamplePage.Names(text).Count), "each block of C# stands right behind <!-- example: NAME -->");
    }

    [Test]
    public void EveryExample_IsOnOnePage()
    {
        var shown = s_pages.SelectMany(page => ExamplePage.Names(File.ReadAllText(RepositoryFiles.PathOf(page))));

        Assert.That(shown, Is.EquivalentTo(ExampleSource.Names));
    }

    [Test]
    public void PageThatDrifted_IsFound()
    {
        const string page = "Text.\n\n<!-- example: One -->\n```csharp\nold();\n```\n";

        Assert.That(ExamplePage.Refresh(page, name => $"{name}();"), Is.EqualTo(page.Replace("old", "One", StringComparison.Ordinal)));
    }

    [Test]
    public void Example_IsUsingsAndWhatIsBetweenTheMarkers()
    {
        const string source = "using A;\nusing HyphaMarket.Tests.B;\n\nnamespace N;\n\nclass C\n{\n    // <example>\n    void M()\n    {\n\n    }\n    // </example>\n    void T();\n}\n";

        Assert.That(ExampleSource.Extract(source), Is.EqualTo("using A;\n\nvoid M()\n{\n\n}"));
        Assert.That(() => ExampleSource.Extract(source.Replace("// </example>", "", StringComparison.Ordinal)), Throws.InstanceOf<FormatException>());
    }
}
