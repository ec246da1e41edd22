namespace HyphaMarket.Interop.Tests.Harness;

/// <summary>Random bytes whose seed is in the test's output, so that a failure can be played again.</summary>
public static class TestBytes
{
    public static byte[] Random(int count)
    {
        var seed = TestContext.CurrentContext.Random.Next();
        TestContext.Out.WriteLine($"{count} random bytes from seed {seed}");
        var bytes = new byte[count];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }
}
