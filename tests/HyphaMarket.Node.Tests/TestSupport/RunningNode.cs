using System.Net.Sockets;
using Microsoft.Extensions.DependencyInjection;

using HyphaMarket.Node.Configuration;
using HyphaMarket.Node.Hosting;
using HyphaMarket.Node.Identity;

namespace HyphaMarket.Node.Tests.TestSupport;

/// <summary>A daemon in this process with an API socket of its own, without network parts.</summary>
internal sealed class RunningNode : IAsyncDisposable
{
    private readonly TemporaryDirectory _directory;

    private RunningNode(TemporaryDirectory directory, NodeOptions options, NodeHost host)
    {
        (_directory, Options, Host) = (directory, options, host);
        Client = new HttpClient(new SocketsHttpHandler
        {
            ConnectCallback = async (_, stop) =>
            {
                var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                await socket.ConnectAsync(new UnixDomainSocketEndPoint(options.ApiSocket), stop);
                return new NetworkStream(socket, ownsSocket: true);
            },
        }) { BaseAddress = new Uri("http://node/"), Timeout = TimeSpan.FromSeconds(30) };
    }

    public NodeOptions Options { get; }
    public NodeHost Host { get; }
    public HttpClient Client { get; }

    public static async Task<RunningNode> StartAsync(Action<IServiceCollection>? parts = null, Func<NodeOptions, NodeOptions>? change = null)
    {
        var directory = new TemporaryDirectory();
        var options = OptionsFor(directory);
        options = change?.Invoke(options) ?? options;
        KeyFile.Create(options.KeyFile).Dispose();
        var host = await NodeHost.CreateAsync(options, (services, _) => parts?.Invoke(services));
        await host.StartAsync(CancellationToken.None);
        return new RunningNode(directory, options, host);
    }

    public static NodeOptions OptionsFor(TemporaryDirectory directory) => new()
    {
        DataDirectory = directory.Path, Network = NetworkDocument.DevnetName, Log = new LogOptions { Console = false },
    };

    /// <summary>A client of the loopback port, which <c>api.port</c> opened.</summary>
    /// <param name="token">What it shows; null for nothing.</param>
    public HttpClient OverPort(string? token)
    {
        var client = new HttpClient { BaseAddress = Host.ApiAddress, Timeout = TimeSpan.FromSeconds(30) };
        if (token is not null) client.DefaultRequestHeaders.Authorization = new("Bearer", token);
        return client;
    }

    /// <summary>The token as the daemon wrote it.</summary>
    public string Token => File.ReadAllText(Options.ApiTokenFile).Trim();

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await Host.DisposeAsync();
        _directory.Dispose();
    }
}
