using System.Reflection;
using System.Runtime.Loader;

namespace HyphaMarket.Mutants.Tests;

/// <summary>The product's assemblies once more, one of them mutated, beside those that these tests run with.</summary>
internal sealed class MutantWorld(string project, byte[] mutated) : AssemblyLoadContext(isCollectible: true)
{
    /// <summary>Simulates seeds until an invariant does not hold.</summary>
    /// <returns>Seed, invariant and detail of the first violation; null where every seed passed.</returns>
    public (int Seed, string Invariant, string Detail)? FirstViolation(MutantScene scene, int firstSeed, int seeds)
    {
        var run = LoadFromAssemblyName(typeof(MutantRun).Assembly.GetName()).GetType(typeof(MutantRun).FullName!, throwOnError: true)!;
        var found = (string[]?)run.GetMethod(nameof(MutantRun.FirstViolation))!.Invoke(null, [scene.ToString(), firstSeed, seeds]);
        return found is null ? null : (int.Parse(found[0], System.Globalization.CultureInfo.InvariantCulture), found[1], found[2]);
    }

    protected override Assembly? Load(AssemblyName assemblyName)
    {
        if (assemblyName.Name == project) return LoadFromStream(new MemoryStream(mutated));
        // Everything of ours that may refer to the mutated assembly is loaded anew; the rest is shared.
        return assemblyName.Name!.StartsWith("HyphaMarket.", StringComparison.Ordinal) ? LoadFromAssemblyPath(Path.Combine(AppContext.BaseDirectory, $"{assemblyName.Name}.dll")) : null;
    }
}
