namespace HyphaMarket.Interop.Tests.Harness;

/// <summary>The base of every fixture with js peers: they start on demand and end with the test.</summary>
/// <remarks>One instance for each test, so that no two tests share a peer.</remarks>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public abstract class JsFixture
{
    private readonly List<IAsyncDisposable> _started = [];

    [OneTimeSetUp]
    public static Task RequireJsPeers() => JsToolchain.RequireAsync();

    [TearDown]
    public async Task StopPeers()
    {
        // In reverse, since what was started later may lean on what was started earlier.
        foreach (var item in Enumerable.Reverse(_started)) await item.DisposeAsync();
    }

    protected async Task<JsPeer> StartJsPeerAsync(JsPeerOptions? options = null) => EndsWithTest(await JsPeer.StartAsync(options));

    /// <summary>Disposes of an object when the test ends, passed or not.</summary>
    protected T EndsWithTest<T>(T item) where T : IAsyncDisposable
    {
        _started.Add(item);
        return item;
    }
}
