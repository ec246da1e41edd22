using Microsoft.Extensions.DependencyInjection;

using HyphaMarket.Node.Api.Services;
using HyphaMarket.Node.Configuration;
using HyphaMarket.Node.Hosting;
using HyphaMarket.Node.Identity;

namespace HyphaMarket.Page.Tests;

/// <summary>A real daemon on a loopback port, with a made-up market behind its API; it can be stopped and started again at the same place.</summary>
internal sealed class PageNode : IAsyncDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("hm-").FullName;
    private NodeOptions _options;
    private NodeHost? _host;

    public PageNode()
    {
        _options = new NodeOptions { DataDirectory = _directory, Network = NetworkDocument.DevnetName, Log = new LogOptions { Console = false }, Api = new ApiOptions { Port = "0" } };
        KeyFile.Create(_options.KeyFile).Dispose();
    }

    public StubMarkets Markets { get; } = new();

    public Uri Address { get; private set; } = null!;

    public string Token => File.ReadAllText(_options.ApiTokenFile).Trim();

    public IServiceProvider Services => _host!.Services;

    public async Task StartAsync()
    {
        _host = await NodeHost.CreateAsync(_options, (services, _) => services
            .AddSingleton<IMarketService>(Markets).AddSingleton<IPriceService>(Markets).AddSingleton<IOrderService>(Markets).AddSingleton<ILeaseService>(Markets));
        await _host.StartAsync(CancellationToken.None);
        Address = _host.ApiAddress!;
        // A browser that was here looks for it here again.
        _options = _options with { Api = _options.Api with { Port = Address.Authority } };
    }

    public async Task StopAsync()
    {
        if (_host is null) return;
        await _host.StopAsync(CancellationToken.None);
        await _host.DisposeAsync();
        _host = null;
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        Directory.Delete(_directory, recursive: true);
    }
}
