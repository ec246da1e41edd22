using System.Text.RegularExpressions;

namespace HyphaMarket.Architecture.Tests.Repository;

/// <summary>One type, one file, named after it. A textual check: namespaces are file-scoped, so a top-level type starts its line.</summary>
public sealed partial class SourceFileTests
{
    /// <summary>Projects whose few types share one namespace: beside the generated messages, Wire has only what every reader of them needs.</summary>
    private static readonly HashSet<string> OneNamespace = ["HyphaMarket.Wire"];

    private static IEnumerable<string> SourceFiles() => RepositoryFiles.CSharpUnder("src");

    [Test]
    public void SourceFiles_AreThere() => Assert.That(SourceFiles(), Is.Not.Empty);

    [Test]
    public void SourceFile_HoldsOneTypeNamedAsTheFile()
    {
        var wrong = SourceFiles()
            .Select(path => (Path: path, Types: TopLevelTypes(RepositoryFiles.Read(path))))
            .Where(file => !IsNamedAfter(file.Path, file.Types))
            .Select(file => $"{file.Path} holds {(file.Types.Count == 0 ? "no type" : string.Join(", ", file.Types))}");

        Assert.That(wrong, Is.Empty);
    }

    [Test]
    public void SourceFile_HasTheNamespaceOfItsFolder()
    {
        var wrong = SourceFiles()
            .Select(path => (Path: path, Namespace: Namespace().Match(RepositoryFiles.Read(path)).Groups["name"].Value))
            .Where(file => file.Namespace.Length > 0 && file.Namespace != ExpectedNamespace(file.Path))
            .Select(file => $"{file.Path} is in {file.Namespace}, not {ExpectedNamespace(file.Path)}");

        Assert.That(wrong, Is.Empty);
    }

    [TestCase("public sealed class Order\n{\n    public enum Kind { }\n}", "Order")]
    [TestCase("public readonly record struct Slot(long Value);", "Slot")]
    [TestCase("public delegate Task<int> Handler<T>(T item);", "Handler")]
    [TestCase("internal static unsafe partial class Native { }", "Native")]
    [TestCase("public record Offer;\npublic interface IBook { }", "Offer,IBook")]
    [TestCase("[Flags] public enum Roles : byte { }", "Roles")]
    [TestCase("// public class Commented\nfile sealed class Local { }", "")]
    public void TopLevelTypes_OfAText_AreThoseThatStartALine(string text, string names) =>
        Assert.That(string.Join(',', TopLevelTypes(text)), Is.EqualTo(names));

    private static bool IsNamedAfter(string path, IReadOnlyList<string> types)
    {
        // X.Log.cs and X.Submit.cs are parts of X; top-level statements and global usings have no type of their own.
        var stem = Path.GetFileName(path).Split('.')[0];
        if (types.Count == 0) return stem is "Program" or "AssemblyInfo" or "GlobalUsings";
        return types.All(type => type == stem);
    }

    private static string ExpectedNamespace(string path)
    {
        var parts = path.Split('/');
        // What a project adds to its generated messages is in their namespace.
        if (OneNamespace.Contains(parts[1])) return parts[2] == "Messages" ? $"{parts[1]}.Messages" : parts[1];
        return string.Join('.', parts[1..^1]);
    }

    /// <summary>The names of the public and internal types at the top level of a text, each once, in order.</summary>
    private static List<string> TopLevelTypes(string text) =>
        [.. TypeDeclaration().Matches(text).Select(match => match.Groups["name"].Value).Distinct()];

    [GeneratedRegex(
        @"^(?:\[[^\]\n]*\]\s*)*(?:(?:public|internal|static|sealed|abstract|readonly|partial|unsafe|ref)\s+)*(?:(?:class|struct|interface|enum|record(?:\s+(?:class|struct))?)\s+|delegate\s+[^(;=]+?\s)(?<name>[A-Za-z_]\w*)",
        RegexOptions.Multiline | RegexOptions.CultureInvariant)]
    private static partial Regex TypeDeclaration();

    [GeneratedRegex(@"^namespace\s+(?<name>[\w.]+)\s*;", RegexOptions.Multiline | RegexOptions.CultureInvariant)]
    private static partial Regex Namespace();
}
