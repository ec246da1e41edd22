using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;

namespace HyphaMarket.Architecture.Tests.Projects;

/// <summary>What a built assembly refers to, read from its metadata without loading it.</summary>
internal sealed class BuiltAssembly : IDisposable
{
    private const byte StringElement = 0x0E;

    private readonly PEReader _file;
    private readonly MetadataReader _metadata;

    private BuiltAssembly(PEReader file)
    {
        _file = file;
        _metadata = file.GetMetadataReader();
    }

    public static BuiltAssembly Open(string name)
    {
        var path = Path.Combine(AppContext.BaseDirectory, name + ".dll");
        return new BuiltAssembly(new PEReader(File.OpenRead(path)));
    }

    public IEnumerable<string> ReferencedAssemblies =>
        _metadata.AssemblyReferences.Select(handle => _metadata.GetString(_metadata.GetAssemblyReference(handle).Name));

    /// <summary>The full names of all types of other assemblies that this one mentions.</summary>
    public IEnumerable<string> ReferencedTypes => _metadata.TypeReferences.Select(FullName);

    /// <summary>Members of types of other assemblies that this one uses, as <c>Namespace.Type.Member</c>.</summary>
    public IEnumerable<string> ReferencedMembers
    {
        get
        {
            foreach (var handle in _metadata.MemberReferences)
            {
                var member = _metadata.GetMemberReference(handle);
                if (member.Parent.Kind != HandleKind.TypeReference) continue;
                var type = FullName((TypeReferenceHandle)member.Parent);
                yield return $"{type}.{_metadata.GetString(member.Name)}{Shape(member)}";
            }
        }
    }

    /// <summary>The functions of native libraries that methods are bound to, as <c>library:function</c>.</summary>
    public IEnumerable<string> NativeImports =>
        _metadata.TypeDefinitions.SelectMany(type => _metadata.GetTypeDefinition(type).GetMethods()).Select(method => _metadata.GetMethodDefinition(method).GetImport()).Where(import => !import.Module.IsNil)
            .Select(import => $"{_metadata.GetString(_metadata.GetModuleReference(import.Module).Name)}:{_metadata.GetString(import.Name)}");

    public void Dispose() => _file.Dispose();

    private string FullName(TypeReferenceHandle handle)
    {
        var type = _metadata.GetTypeReference(handle);
        var name = _metadata.GetString(type.Name);
        if (type.ResolutionScope.Kind == HandleKind.TypeReference) return $"{FullName((TypeReferenceHandle)type.ResolutionScope)}.{name}";
        return type.Namespace.IsNil ? name : $"{_metadata.GetString(type.Namespace)}.{name}";
    }

    /// <summary>Constructors that differ in meaning by their first argument: none (<c>()</c>) or a text, as a path is (<c>(string)</c>).</summary>
    /// <remarks>ECMA-335 II.23.2.1: calling convention, count of parameters, return type (void is one byte), parameters.</remarks>
    private string Shape(MemberReference member)
    {
        if (_metadata.GetString(member.Name) != ".ctor") return string.Empty;
        var signature = _metadata.GetBlobBytes(member.Signature);
        if (signature[1] == 0) return "()";
        return signature[3] == StringElement ? "(string)" : string.Empty;
    }
}
