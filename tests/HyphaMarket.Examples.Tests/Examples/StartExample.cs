using System.Text;
using HyphaMarket.Libp2p.Hosting;
using HyphaMarket.Libp2p.Identity;
using HyphaMarket.Libp2p.Multiformats;
using HyphaMarket.Libp2p.RequestResponse;

namespace HyphaMarket.Examples.Tests.Examples;

/// <summary>The program of the README's first page; the console is a script here.</summary>
public sealed class StartExample
{
    private ScriptedConsole Console { get; } = new();

    private async Task RunAsync(string[] args)
    {
        // <example>
        using var keys = KeyPair.Generate();
        await using var host = new Host(keys, new HostOptions { ListenAddresses = [Multiaddr.Parse("/ip4/127.0.0.1/tcp/0")] });
        RequestProtocol.Serve(host, "/greeting/1", (peer, request, cancellationToken) =>
            new(Encoding.UTF8.GetBytes($"Hello {Encoding.UTF8.GetString(request.Span)}, your name here is {peer}.")));
        await host.StartAsync();

        if (args is [var address])
        {
            PeerId peer = await host.ConnectAsync(Multiaddr.Parse(address));
            byte[] answer = await RequestProtocol.CallAsync(host, peer, "/greeting/1", "stranger"u8.ToArray());
            Console.WriteLine(Encoding.UTF8.GetString(answer));
        }
        else
        {
            Console.WriteLine($"In another terminal: dotnet run {host.GetPeerAddresses()[0]}");
            Console.ReadLine();
        }
        // </example>
    }

    [Test]
    [CancelAfter(60_000)]
    public async Task SecondProgram_IsGreetedByTheFirst(CancellationToken cancellationToken)
    {
        var first = new StartExample();
        // Aside, because reading a line blocks.
        var listening = Task.Run(() => first.RunAsync([]), cancellationToken);
        var told = await first.Console.Written.WaitAsync(cancellationToken);
        var second = new StartExample();

        await second.RunAsync([told.Split(' ')[^1]]).WaitAsync(cancellationToken);
        first.Console.Enter();
        await listening.WaitAsync(cancellationToken);

        Assert.That(await second.Console.Written, Does.StartWith("Hello stranger, your name here is 12D3KooW"));
    }

    /// <summary>Takes one line and gives one when it is told to.</summary>
    private sealed class ScriptedConsole
    {
        private readonly TaskCompletionSource<string> _written = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TaskCompletionSource _entered = new();

        public Task<string> Written => _written.Task;

        public void WriteLine(string line) => _written.SetResult(line);

        public void ReadLine() => _entered.Task.Wait();

        public void Enter() => _entered.SetResult();
    }
}
