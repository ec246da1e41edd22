using HyphaMarket.Brokerage.Settlement;
using HyphaMarket.Market.Ids;
using HyphaMarket.Market.Instruments;
using HyphaMarket.Market.Profiles;
using HyphaMarket.Market.Profiles.Detection;
using HyphaMarket.Node.Configuration;
using HyphaMarket.Node.Hardware;
using HyphaMarket.Node.Hosting;
using HyphaMarket.Node.Networking;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace HyphaMarket.Node.Trading;

/// <summary>What this node may sell: the units of its profile, and none of any other. Known once the machine was looked at, before anything is sold.</summary>
/// <remarks>A named profile takes the operator's word; <c>auto</c> takes the largest of the program's own that the machine fits, and how many units of it.</remarks>
public sealed partial class MachineUnits(NodeOptions options, MarketDirectory markets, ILogger<MachineUnits> log) : IHostedService, ICapacity
{
    private readonly ILogger _log = log;
    private volatile MachineCapacity _capacity = MachineCapacity.OfUnits(new Dictionary<MarketId, int>());

    /// <summary>Units by market; empty for a node that sells nothing.</summary>
    public IReadOnlyDictionary<MarketId, int> Units { get; private set; } = new Dictionary<MarketId, int>();

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        if (!options.Roles.HasFlag(NodeRoles.Worker)) return;
        var (market, units) = options.Worker.Profile == WorkerOptions.AutoProfile ? await DetectAsync(cancellationToken) : Named();
        if (units == 0) return;
        Units = new Dictionary<MarketId, int> { [market] = units };
        _capacity = MachineCapacity.OfUnits(Units);
        LogSells(units, markets.NameOf(market) ?? market.ToString());
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public bool Fits(IReadOnlyCollection<CapacityUse> taken, CapacityUse wanted) => _capacity.Fits(taken, wanted);

    public bool FitsTogether(IReadOnlyCollection<CapacityUse> taken, IReadOnlyCollection<IReadOnlyCollection<OfferedUnits>> offered) => _capacity.FitsTogether(taken, offered);

    private (MarketId Market, int Units) Named() => markets.TryFind(options.Worker.Profile, out var market, out var problem)
        ? (market, options.Worker.Slots ?? 1)
        : throw new FatalException(
            new Problem("unknown-profile", $"The worker's profile \"{options.Worker.Profile}\" is not in the catalogue.", problem ?? "", CatalogueFiles.Hint), ExitCode.BadConfiguration);

    private async Task<(MarketId Market, int Units)> DetectAsync(CancellationToken cancellationToken)
    {
        // The program's own profiles alone: that somebody adds one must not change what a worker sells by itself.
        var catalogue = ProfileCatalogue.BuiltIn;
        var reading = await MachineProber.ReadAsync(catalogue, cancellationToken);
        if (ProfileFit.Largest(catalogue, reading.Inventory) is not { } fit)
        {
            LogFitsNothing();
            return default;
        }

        // "A worker may sell less than its machine, never more."
        return (new SpotInstrument(fit.Profile).Market, Math.Min(fit.Slots, options.Worker.Slots ?? fit.Slots));
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "This machine sells {Units} units of {Profile}.")]
    private partial void LogSells(int units, string profile);

    [LoggerMessage(Level = LogLevel.Warning, Message = "This machine fits no profile, so this worker sells nothing. See `hypha-market profile detect`; set worker.profile to sell one all the same.")]
    private partial void LogFitsNothing();
}
