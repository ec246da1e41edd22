namespace HyphaMarket.Interop.Tests.Harness;

/// <summary>Random bytes whose seed is in the test's output, so that a failure can be played again.</summary>
public static class TestBytes
{
    public static byte[] Random(int size) => RandomMany(1, size)[0];

    /// <summary>So many messages of one size, all different.</summary>
    public static IReadOnlyList<byte[]> RandomMany(int count, int size)
    {
        var seed = TestContext.CurrentContext.Random.Next();
        TestContext.Out.WriteLine($"{count} x {size} random bytes from seed {seed}");
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(_ => Next(random, size))];
    }

    private static byte[] Next(Random random, int size)
    {
        var bytes = new byte[size];
        random.NextBytes(bytes);
        return bytes;
    }
}
