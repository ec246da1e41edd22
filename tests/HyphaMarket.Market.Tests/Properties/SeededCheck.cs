using FsCheck;
using FsCheck.Fluent;

namespace HyphaMarket.Market.Tests.Properties;

/// <summary>Runs a property on generated values from a known seed, which it prints with the command that replays it.</summary>
internal static class SeededCheck
{
    private const string SeedVariable = "HYPHAMARKET_TEST_SEED";

    public static ulong Seed => ulong.TryParse(Environment.GetEnvironmentVariable(SeedVariable), out var seed) ? seed : 20_260_101;

    /// <param name="holds">Throws or returns false where the property does not hold.</param>
    public static void ForAll<T>(Arbitrary<T> arbitrary, Func<T, bool> holds, int cases)
    {
        TestContext.Out.WriteLine($"{cases} cases; replay: {SeedVariable}={Seed} dotnet test tests/HyphaMarket.Market.Tests -c Release --filter {TestContext.CurrentContext.Test.MethodName}");
        // The second half of FsCheck's seed must be odd.
        var config = Config.QuickThrowOnFailure.WithMaxTest(cases).WithQuietOnSuccess(true).WithReplay(Seed, 11_400_714_819_323_198_485UL);
        Prop.ForAll(arbitrary, holds).Check(config);
    }
}
