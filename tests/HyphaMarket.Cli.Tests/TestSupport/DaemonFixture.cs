namespace HyphaMarket.Cli.Tests.TestSupport;

/// <summary>Each test has a command line and a stub daemon on its data directory.</summary>
public abstract class DaemonFixture
{
    private protected CommandLine _line = null!;
    private protected StubDaemon _daemon = null!;

    [SetUp]
    public async Task Start()
    {
        _line = new CommandLine();
        _daemon = await StubDaemon.StartAsync(_line.DataDirectory);
    }

    [TearDown]
    public async Task Stop()
    {
        await _daemon.DisposeAsync();
        _line.Dispose();
    }
}
