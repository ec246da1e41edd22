namespace HyphaMarket.Simulation.Economics.Runs;

/// <summary>Independent streams of chance from one seed: what one purpose draws does not change what another draws.</summary>
internal static class Seeds
{
    public static Random Random(long seed, SeedPurpose purpose)
    {
        // SplitMix64's finaliser: neighbouring seeds give unrelated streams, which the class library's generator alone does not promise.
        var mixed = unchecked(((ulong)seed * 0x9E3779B97F4A7C15UL) + ((ulong)purpose * 0xD1B54A32D192ED03UL));
        mixed = unchecked((mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9UL);
        mixed = unchecked((mixed ^ (mixed >> 27)) * 0x94D049BB133111EBUL);
        return new Random((int)((mixed ^ (mixed >> 31)) & int.MaxValue));
    }
}
