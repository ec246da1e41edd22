using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

using HyphaMarket.Node.Hosting;
using HyphaMarket.Node.Identity;
using HyphaMarket.Node.Tests.TestSupport;

namespace HyphaMarket.Node.Tests.Hosting;

public sealed class NodeHostTests
{
    [Test]
    public async Task SecondDaemon_OnTheSameDirectory_IsRefusedAndTheFirstGoesOn()
    {
        await using var first = await RunningNode.StartAsync();
        var fatal = (await Assert.ThrowsAsync<FatalException>(() => NodeHost.CreateAsync(first.Options, (_, _) => { })))!;
        Assert.That(fatal.Problems.Single().Code, Is.EqualTo("already-running"));
        Assert.That((await first.Client.GetAsync("/livez")).IsSuccessStatusCode, Is.True);
    }

    [Test]
    public async Task Start_AfterACrashThatLeftItsSocket_Succeeds()
    {
        using var directory = new TemporaryDirectory();
        var options = RunningNode.OptionsFor(directory);
        KeyFile.Create(options.KeyFile).Dispose();
        directory.Write("api.sock", "left over");
        await using var host = await NodeHost.CreateAsync(options, (_, _) => { });
        Assert.That(async () => await host.StartAsync(CancellationToken.None), Throws.Nothing);
    }

    [Test]
    public async Task Start_ThatFailsHalfway_LeavesNothingLocked()
    {
        using var directory = new TemporaryDirectory();
        var options = RunningNode.OptionsFor(directory);
        KeyFile.Create(options.KeyFile).Dispose();
        directory.Write("history.db", new string('x', 8_192));
        Assert.That((await Assert.ThrowsAsync<FatalException>(() => NodeHost.CreateAsync(options, (_, _) => { })))!.Problems.Single().Code, Is.EqualTo("store-damaged"));
        File.Delete(options.HistoryFile);
        await using var host = await NodeHost.CreateAsync(options, (_, _) => { });
        Assert.That(host.Services.GetRequiredService<IHostApplicationLifetime>(), Is.Not.Null);
    }

    [Test]
    public async Task Parts_StartInOrderBeforeTheApiAndStopInReverse()
    {
        var order = new List<string>();
        var node = await RunningNode.StartAsync(services =>
        {
            services.AddSingleton<IHostedService>(new Part("a", order));
            services.AddSingleton<IHostedService>(new Part("b", order));
        });
        await node.Host.StopAsync(CancellationToken.None);
        await node.DisposeAsync();
        Assert.That(order, Is.EqualTo(new[] { "start a", "start b", "stop b", "stop a" }));
    }

    [Test]
    public async Task Part_ThatCannotListen_IsAFatalErrorWithAReason()
    {
        using var directory = new TemporaryDirectory();
        var options = RunningNode.OptionsFor(directory);
        KeyFile.Create(options.KeyFile).Dispose();
        await using var host = await NodeHost.CreateAsync(options, (services, _) => services.AddSingleton<IHostedService>(new Part("a", [], new IOException("Address already in use"))));
        var fatal = (await Assert.ThrowsAsync<FatalException>(() => host.RunAsync(CancellationToken.None)))!;
        Assert.That(fatal.Problems.Single().Why, Does.Contain("already in use"));
    }

    [Test]
    public async Task Run_WhenAskedToStop_ReturnsAndFreesTheDirectory()
    {
        using var directory = new TemporaryDirectory();
        var options = RunningNode.OptionsFor(directory);
        KeyFile.Create(options.KeyFile).Dispose();
        for (var round = 0; round < 2; round++)
        {
            await using var host = await NodeHost.CreateAsync(options, (_, _) => { });
            using var stop = new CancellationTokenSource();
            host.Services.GetRequiredService<IHostApplicationLifetime>().ApplicationStarted.Register(stop.Cancel);
            await host.RunAsync(stop.Token).WaitAsync(TimeSpan.FromSeconds(20));
        }
        Assert.That(File.Exists(options.ApiSocket), Is.False);
    }

    private sealed class Part(string name, List<string> order, Exception? failure = null) : IHostedService
    {
        public Task StartAsync(CancellationToken cancellationToken)
        {
            order.Add("start " + name);
            return failure is null ? Task.CompletedTask : Task.FromException(failure);
        }

        public Task StopAsync(CancellationToken cancellationToken)
        {
            order.Add("stop " + name);
            return Task.CompletedTask;
        }
    }
}
