using System.Collections.Concurrent;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace HyphaMarket.Mutants.Tests;

/// <summary>Compiles one project of the product in memory from its sources, with one of them changed. Nothing is written, and no product file knows of it.</summary>
internal sealed class MutantCompiler
{
    private const string GlobalUsings = """
        global using System;
        global using System.Collections.Generic;
        global using System.IO;
        global using System.Linq;
        global using System.Threading;
        global using System.Threading.Tasks;
        [assembly: System.Runtime.CompilerServices.InternalsVisibleTo("HyphaMarket.Simulation")]
        """;

    /// <summary>What source generators add to the product's build, written out.</summary>
    private const string Generated = """
        namespace HyphaMarket.Market.Profiles.Detection
        {
            public static partial class NvidiaSmi
            {
                private static partial System.Text.RegularExpressions.Regex EscapeSequence() => new(@"\x1b\[[0-9;]*m");
                private static partial System.Text.RegularExpressions.Regex NvLinkCell() => new(@"^NV(\d{1,3})$");
            }
        }
        """;

    private static readonly ConcurrentDictionary<string, Lazy<MutantCompiler>> Compilers = [];

    private readonly string _project;
    private readonly CSharpCompilation _compilation;

    private MutantCompiler(string project)
    {
        _project = project;
        var folder = Path.Combine(Sources, project);
        var trees = Directory.EnumerateFiles(folder, "*.cs", SearchOption.AllDirectories)
            .Where(path => !path.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}", StringComparison.Ordinal))
            .Order(StringComparer.Ordinal)
            .Select(path => CSharpSyntaxTree.ParseText(File.ReadAllText(path), path: path))
            .Append(CSharpSyntaxTree.ParseText(GlobalUsings))
            .Concat(project == "HyphaMarket.Market" ? [CSharpSyntaxTree.ParseText(Generated)] : []);
        var platform = ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator);
        _compilation = CSharpCompilation.Create(
            project,
            trees,
            platform.Where(path => Path.GetFileNameWithoutExtension(path) != project).Select(path => MetadataReference.CreateFromFile(path)),
            new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary, optimizationLevel: OptimizationLevel.Release, nullableContextOptions: NullableContextOptions.Enable, allowUnsafe: true));
    }

    /// <summary>The folder <c>src</c> that these tests were built beside.</summary>
    public static string Sources { get; } = FindSources();

    /// <summary>The project's compiler; its sources are parsed once.</summary>
    public static MutantCompiler Of(string project) => Compilers.GetOrAdd(project, name => new Lazy<MutantCompiler>(() => new MutantCompiler(name))).Value;

    /// <exception cref="AssertionException">The old text does not occur exactly once, or the new one does not compile.</exception>
    public byte[] Compile(Mutant? mutant)
    {
        var compilation = _compilation;
        if (mutant is not null)
        {
            var path = Path.Combine(Sources, mutant.File);
            var text = File.ReadAllText(path);
            Assert.That(text.Split(mutant.Old).Length - 1, Is.EqualTo(1), $"'{mutant.Old}' occurs in {mutant.File} once");
            var old = compilation.SyntaxTrees.Single(tree => tree.FilePath == path);
            compilation = compilation.ReplaceSyntaxTree(old, CSharpSyntaxTree.ParseText(text.Replace(mutant.Old, mutant.New, StringComparison.Ordinal), path: path));
        }

        using var bytes = new MemoryStream();
        var resources = _project == "HyphaMarket.Market"
            ? new[] { new ResourceDescription("HyphaMarket.Market.Profiles.catalogue.json", () => File.OpenRead(Path.Combine(Sources, _project, "Profiles", "catalogue.json")), isPublic: true) }
            : [];
        var result = compilation.Emit(bytes, manifestResources: resources);
        Assert.That(result.Diagnostics.Where(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error).Select(diagnostic => diagnostic.ToString()), Is.Empty);
        return bytes.ToArray();
    }

    private static string FindSources()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "HyphaMarket.sln"))) folder = folder.Parent ?? throw new InvalidOperationException("The sources are not above these tests.");
        return Path.Combine(folder.FullName, "src");
    }
}
