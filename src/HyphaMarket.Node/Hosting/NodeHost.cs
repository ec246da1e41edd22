using System.Net.Sockets;
using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

using HyphaMarket.Libp2p.Identity;
using HyphaMarket.Node.Api.Contracts;
using HyphaMarket.Node.Api.Events;
using HyphaMarket.Node.Api.Server;
using HyphaMarket.Node.Api.Services;
using HyphaMarket.Node.Configuration;
using HyphaMarket.Node.Hosting.ServiceManager;
using HyphaMarket.Node.Storage;
using HyphaMarket.Node.Telemetry;

namespace HyphaMarket.Node.Hosting;

/// <summary>The daemon in one process: lock, key, stores, then every part in the order it was added, and the API last.</summary>
/// <remarks>
/// Whatever can be wrong with the machine shows while this is made, as a <see cref="FatalException"/>. Parts are
/// <see cref="IHostedService"/>s; they take <see cref="NodeOptions"/>, <see cref="NetworkDefinition"/>, <see cref="KeyPair"/>,
/// <see cref="Journal"/>, <see cref="History"/>, <see cref="EventHub"/> and <see cref="TimeProvider"/> from the container, and stop in reverse order.
/// </remarks>
public sealed partial class NodeHost : IAsyncDisposable
{
    private readonly NodeOptions _options;
    private readonly NodeResources _resources;
    private readonly WebApplication _app;
    private readonly ILogger<NodeHost> _log;

    private NodeHost(NodeOptions options, NodeResources resources, WebApplication app)
    {
        (_options, _resources, _app) = (options, resources, app);
        _log = resources.Logs.CreateLogger<NodeHost>();
    }

    public IServiceProvider Services => _app.Services;

    /// <summary>Where the API listens beside its socket, once it is started; null for nowhere.</summary>
    public Uri? ApiAddress => _app.Urls.Select(url => new Uri(url)).FirstOrDefault(url => url.IsLoopback && url.HostNameType is UriHostNameType.IPv4 or UriHostNameType.IPv6);

    /// <summary>Opens everything; nothing runs yet.</summary>
    /// <param name="options">Valid ones.</param>
    /// <param name="parts">Adds the parts that make a market of it; see <see cref="NodeParts"/>.</param>
    /// <exception cref="FatalException">The node cannot start; nothing is left open.</exception>
    /// <param name="loaded">How the options were read, to be read again on SIGHUP; null where there is nothing to read.</param>
    public static async Task<NodeHost> CreateAsync(NodeOptions options, Action<IServiceCollection, NodeOptions> parts, TimeProvider? time = null, LoadedOptions? loaded = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(parts);
        var resources = await NodeResources.OpenAsync(options);
        try
        {
            return new NodeHost(options, resources, Build(options, loaded, resources, parts, ShiftedTime.Of(time ?? TimeProvider.System, options.ClockOffset)));
        }
        catch
        {
            await resources.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts all parts, runs until SIGTERM, SIGINT or the token, and stops them within the configured time.</summary>
    /// <exception cref="FatalException">A part could not start.</exception>
    public async Task RunAsync(CancellationToken stop)
    {
        await StartAsync(stop);
        var journal = _resources.Journal;
        var manager = ServiceManagerLink.Open(Services, _resources.Logs);
        using var reload = new ReloadSignal(Services.GetRequiredService<LiveOptions>(), manager, Services.GetRequiredService<EventHub>(), _resources.Logs.CreateLogger<ReloadSignal>());
        manager.Ready();
        var givenBack = StartMemory.GiveBackAsync(TimeProvider.System, _app.Lifetime.ApplicationStopping);
        using var stopping = _app.Lifetime.ApplicationStopping.Register(manager.Stopping);
        var failed = journal.Failed.ContinueWith(task => TellJournalFailed(task.Result), stop, TaskContinuationOptions.OnlyOnRanToCompletion, TaskScheduler.Default);
        using var watchdog = new StopWatchdog(_app.Lifetime.ApplicationStopping, _options.StopWithin);
        await _app.WaitForShutdownAsync(stop);
        if (failed.IsFaulted) await failed;
        await givenBack;
        await manager.DisposeAsync();
        LogStopped(_log);
    }

    /// <summary>Starts all parts and returns; for tests, and for hosts with a life of their own.</summary>
    /// <exception cref="FatalException">A part could not start.</exception>
    public async Task StartAsync(CancellationToken stop)
    {
        LogStarting(_log, _resources.Keys.PeerId.ToString(), _options.DataDirectory, _resources.Network.Parameters.Name, _resources.Network.Id.ToString(), _options.Roles);
        try
        {
            await _app.StartAsync(stop);
        }
        catch (Exception e) when (e is IOException or SocketException or UnauthorizedAccessException)
        {
            throw new FatalException(new Problem("cannot-listen", "The node cannot listen.", e.Message, "Choose another --listen address, or see who uses it; the API's socket is set by \"api.socket\", its port by \"api.port\"."), ExitCode.Error, e);
        }
        _resources.OnRan();
        LogStarted(_log, _options.ApiSocket);
        if (ApiAddress is { } address) LogPort(_log, address, _options.ApiTokenFile);
        Services.GetRequiredService<EventHub>().Publish(new NodeEvent { Event = NodeEventKind.Started, Peer = _resources.Keys.PeerId.ToString(), Message = "The daemon has started." });
    }

    /// <summary>Stops all parts, in reverse order.</summary>
    public Task StopAsync(CancellationToken stop) => _app.StopAsync(stop);

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        await _resources.DisposeAsync();
    }

    private static WebApplication Build(NodeOptions options, LoadedOptions? loaded, NodeResources resources, Action<IServiceCollection, NodeOptions> parts, TimeProvider time)
    {
        // Empty: configuration, log and server are our own, and what the usual builder adds is only memory here.
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ContentRootPath = options.DataDirectory, EnvironmentName = Environments.Production });
        // Our own layers are the configuration; the web host's (ASPNETCORE_*, appsettings.json) must not change what was validated.
        builder.Configuration.Sources.Clear();
        var services = builder.Services;
        services.AddLogging();
        services.Replace(ServiceDescriptor.Singleton(resources.Logs));
        services.Configure<HostOptions>(host => host.ShutdownTimeout = options.StopWithin);
        services.AddSingleton(options).AddSingleton(resources.Network).AddSingleton(resources.Keys).AddSingleton(resources.Journal).AddSingleton(resources.History).AddSingleton(time);
        var live = new LiveOptions(options, loaded);
        live.Changed += now => resources.LogLevels.Set(now.Log.Level);
        services.AddSingleton(live);
        services.AddSingleton(CatalogueFiles.Load(options.DataDirectory));
        services.AddSingleton<IProfileService, CatalogueProfileService>();
        services.AddSingleton<IReadinessCheck, JournalReadiness>();
        services.AddSingleton<INodeStatusService, NodeStatusService>();
        services.AddSingleton<GaugeBoard>().AddSingleton<NodeMetrics>().AddSingleton<PrometheusExporter>().AddSingleton<IGaugeSource, ProcessGauges>();
        ApiServer.AddTo(builder, options);
        parts(services, options);
        if (options.Telemetry.Otlp is not null) AddExport(services);
        var app = builder.Build();
        ApiServer.Map(app, options);
        return app;
    }

    /// <summary>Not inlined: to compile a method is to load the types it names, and an idle node has no use for the exporter's.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void AddExport(IServiceCollection services) => services.AddHostedService<OtlpExport>();

    private void TellJournalFailed(JournalFailedException failure) => Services.GetRequiredService<EventHub>().Publish(new NodeEvent
    {
        Event = NodeEventKind.Warning, Reason = "journal-failed", Message = failure.Message, Hint = "Make room on the disk or mend it, then start the node again.",
    });
}
