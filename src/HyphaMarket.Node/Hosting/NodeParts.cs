using System.Runtime.CompilerServices;
using HyphaMarket.Node.Api.Services;
using HyphaMarket.Node.Brokering;
using HyphaMarket.Node.Configuration;
using HyphaMarket.Node.Hardware;
using HyphaMarket.Node.Intake;
using HyphaMarket.Node.Networking;
using HyphaMarket.Node.Pricing;
using HyphaMarket.Node.Storage;
using HyphaMarket.Node.Storage.Prices;
using HyphaMarket.Node.Storage.Prices.Postgres;
using HyphaMarket.Node.Telemetry;
using HyphaMarket.Node.Trading;
using HyphaMarket.Node.Trading.Checking;
using HyphaMarket.Node.Trading.Explaining;
using HyphaMarket.Node.Trading.Standing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace HyphaMarket.Node.Hosting;

/// <summary>The parts of the daemon that speak with the network and the market, in the order they start.</summary>
public static class NodeParts
{
    /// <summary>Adds the parts that the node's roles need.</summary>
    /// <remarks>A part is a hosted service; where the API shows it, it is registered under its interface of <c>Api.Services</c> as well.</remarks>
    public static void AddTo(IServiceCollection services, NodeOptions options)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(options);
        services.AddSingleton<JournalReplay>().AddSingleton<MarketDirectory>().AddSingleton<BrokerDirectory>().AddSingleton<MachineUnits>();

        if (options.History.Postgres is { } postgres) AddPostgres(services, postgres);
        else services.AddSingleton<IPriceStore>(_ => new SqlitePriceStore(options.PricesFile, options.History));
        services.AddSingleton<PriceRecorder>().AddSingleton<HistoryHealth>();
        services.AddSingleton<IReadinessCheck>(provider => provider.GetRequiredService<HistoryHealth>()).AddSingleton<IGaugeSource>(provider => provider.GetRequiredService<HistoryHealth>());

        services.AddHostedService(provider => provider.GetRequiredService<MachineUnits>());
        services.AddHostedService(provider => provider.GetRequiredService<PriceRecorder>());
        services.AddSingleton<NodeNetwork>();
        services.AddHostedService(provider => provider.GetRequiredService<NodeNetwork>());
        services.AddSingleton<IStatusContributor>(provider => provider.GetRequiredService<NodeNetwork>());
        services.AddSingleton<IReadinessCheck>(provider => provider.GetRequiredService<NodeNetwork>());
        services.AddSingleton<IGaugeSource>(provider => provider.GetRequiredService<NodeNetwork>());

        if (options.Roles.HasFlag(NodeRoles.Broker))
        {
            services.AddSingleton(new IntakeOptions()).AddSingleton<VerifierPool>().AddSingleton<BrokerSurroundings>().AddSingleton<BrokerService>();
            services.AddHostedService(provider => provider.GetRequiredService<BrokerService>());
            services.AddSingleton<IStatusContributor>(provider => provider.GetRequiredService<BrokerService>());
            services.AddSingleton<IGaugeSource>(provider => provider.GetRequiredService<BrokerService>());
            services.AddSingleton<ILivenessCheck>(provider => provider.GetRequiredService<BrokerService>());
            services.AddSingleton<IReadinessCheck, GossipReadiness>().AddSingleton<IReadinessCheck, ClockReadiness>().AddSingleton<IReadinessCheck, BookReadiness>();
        }

        services.AddSingleton(new CheckOptions()).AddSingleton<IMachineProbe, LocalMachineProbe>().AddSingleton<MachineWitness>().AddSingleton<CheckServer>().AddSingleton<LeaseChecker>();
        services.AddSingleton<TraderSurroundings>().AddSingleton<TunnelServer>().AddSingleton<TraderService>();
        services.AddHostedService(provider => provider.GetRequiredService<TraderService>());
        services.AddSingleton<IStatusContributor>(provider => provider.GetRequiredService<TraderService>());
        services.AddSingleton<IGaugeSource>(provider => provider.GetRequiredService<TraderService>());
        services.AddSingleton<ILivenessCheck>(provider => provider.GetRequiredService<TraderService>());
        services.AddSingleton<NodeDrain>().AddSingleton<IReadinessCheck>(provider => provider.GetRequiredService<NodeDrain>());
        services.AddSingleton<IOrderService, OrderService>().AddSingleton<ILeaseService, LeaseService>().AddSingleton<IAccountService, AccountService>();
        services.AddSingleton<IMarketService>(provider => new MarketService(
            provider.GetRequiredService<TraderSurroundings>(), provider.GetRequiredService<TraderService>(), provider.GetRequiredService<MachineUnits>(), provider.GetService<BrokerService>()));
        // Last of the trader's parts, so that they stop first.
        if (options.Roles.HasFlag(NodeRoles.Scheduler)) services.AddHostedService<DemandAgent>();
        if (options.Roles.HasFlag(NodeRoles.Worker)) services.AddHostedService<AdvertiseAgent>();
        services.AddSingleton(provider => new MarketSight(options, provider.GetRequiredService<MarketDirectory>(), provider.GetService<BrokerService>()));
        services.AddSingleton<IPriceService, PriceService>().AddSingleton<IOrderExplainer, OrderExplainer>();
        services.AddSingleton<WhereAmI>().AddSingleton<INetworkService, NetworkService>();
        services.AddSingleton<INodeControl>(provider => new NodeControl(
            provider.GetRequiredService<NodeDrain>(), provider.GetRequiredService<IOrderService>(), provider.GetRequiredService<ILeaseService>(), options,
            provider.GetRequiredService<IHostApplicationLifetime>(), provider.GetService<BrokerService>()));
        if (options.History.Watch.Count > 0)
        {
            services.AddSingleton<MarketWatch>();
            services.AddHostedService(provider => provider.GetRequiredService<MarketWatch>());
        }
    }

    /// <summary>Not inlined: to compile a method is to load the types it names, and a node without PostgreSQL has no use for its driver.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void AddPostgres(IServiceCollection services, string address) => services.AddSingleton<IPriceStore>(provider => new PostgresPriceStore(
        address, provider.GetRequiredService<NetworkDefinition>().Id.ToString(), provider.GetRequiredService<Libp2p.Identity.KeyPair>().PeerId.ToString(),
        provider.GetRequiredService<NodeOptions>().History, provider.GetRequiredService<TimeProvider>()));
}
