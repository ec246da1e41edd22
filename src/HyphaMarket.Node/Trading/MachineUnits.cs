using HyphaMarket.Brokerage.Settlement;
using HyphaMarket.Market.Ids;
using HyphaMarket.Market.Profiles;
using HyphaMarket.Node.Configuration;
using HyphaMarket.Node.Networking;

namespace HyphaMarket.Node.Trading;

/// <summary>What this node may sell: the units of its profile, and none of any other.</summary>
public sealed class MachineUnits
{
    public MachineUnits(NodeOptions options, MarketDirectory markets)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(markets);
        var units = new Dictionary<MarketId, int>();
        if (options.Roles.HasFlag(NodeRoles.Worker) && options.Worker.Profile != WorkerOptions.AutoProfile)
        {
            if (!markets.TryFind(options.Worker.Profile, out var market, out var problem)) throw new Hosting.FatalException(
                new Hosting.Problem("unknown-profile", $"The worker's profile \"{options.Worker.Profile}\" is not in the catalogue.", problem ?? "", "See `hypha-market profile ls`."), Hosting.ExitCode.BadConfiguration);
            units.Add(market, options.Worker.Slots ?? 1);
        }

        Units = units;
        Capacity = MachineCapacity.OfUnits(units);
    }

    /// <summary>Units by market.</summary>
    public IReadOnlyDictionary<MarketId, int> Units { get; }

    public ICapacity Capacity { get; }
}
