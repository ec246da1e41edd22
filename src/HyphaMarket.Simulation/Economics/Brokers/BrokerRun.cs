using HyphaMarket.Market.Slots;
using HyphaMarket.Simulation.Adversaries;
using HyphaMarket.Simulation.Economics.Clearing;
using HyphaMarket.Simulation.Economics.Measures;
using HyphaMarket.Simulation.Economics.Populations;
using HyphaMarket.Simulation.Economics.Runs;
using HyphaMarket.Simulation.Faults;
using HyphaMarket.Simulation.Nodes;
using HyphaMarket.Simulation.World;

namespace HyphaMarket.Simulation.Economics.Brokers;

/// <summary>Lets truthful traders place their offers with the real cores of five brokers, and counts the leases that come of it.</summary>
/// <remarks>
/// Each period draws valuations and costs anew. All offer at the same moment, so that nothing but loss and lies makes one come after the others; who traded is
/// content. Then there is time for every lease to end, so that each seller has its unit again.
/// </remarks>
internal static class BrokerRun
{
    /// <summary>In which the broker set is formed, messages lost or not; a market without one by then trades nothing, which counts.</summary>
    private static readonly TimeSpan Formation = TimeSpan.FromMinutes(2);

    /// <summary>From the last slot of an offer to the next period: what was matched is settled by then (eight pairs of slots), and leases of a minute have ended.</summary>
    private static readonly TimeSpan Rest = TimeSpan.FromSeconds(100);

    /// <summary>Micro-credits: a buyer of the simulated market may owe 12,000 at once, and buys ten times at most.</summary>
    private const long Lowest = 10, Highest = 1_000;

    public static BrokerOutcome Run(BrokerSetting setting, int seed, CancellationToken stop)
    {
        var world = new SimulatedWorld(seed);
        var market = new SimulatedMarket(world, new SimulatedMarketOptions { Brokers = BrokerStudyOptions.Brokers, Traders = 2 * setting.Traders, Clearing = setting.Rule, BookDepth = 1_024 });
        var observed = new ObservedTrades();
        foreach (var trader in market.Traders) trader.IsTrading = false;
        var cast = Cast.WithLiars(market, setting.Faulty);
        market.Observe.Check([observed]);
        var values = Seeds.Random(seed, SeedPurpose.Values);
        var options = new PopulationOptions { Buyers = setting.Traders, Sellers = setting.Traders, LowestMicros = Lowest, HighestMicros = Highest };
        var core = new CallMarket(setting.Rule, setting.Traders, setting.Traders, market.Rules.BookDepth, seed);
        var (through, bare, matchSlots) = (new MarketTally(), new MarketTally(), 0L);
        market.Start();
        new FaultMenu(market, cast).BeginCalm(setting.Loss);
        world.RunUntil(new Instant((long)Formation.TotalMilliseconds));
        for (var period = 0; period < setting.Periods; period++)
        {
            stop.ThrowIfCancellationRequested();
            var limits = Population.Draw(options, values).LimitsIn(0, 1);
            var equilibrium = Equilibrium.Of(limits, setting.Traders);
            through.Begin(equilibrium);
            bare.Begin(equilibrium);
            bare.Add(core.Clear(period, limits), limits, equilibrium);
            var first = market.Rules.Schedule.SlotAt(world.Now).Value / 2;
            observed.Begin();
            // Workers have even numbers and schedulers odd ones; here buyers come first.
            for (var i = 0; i < setting.Traders; i++)
            {
                market.Trader(2 * i).Sells(1, limits[setting.Traders + i], 2 * setting.Slots);
                market.Trader((2 * i) + 1).Buys(1, limits[i], 2 * setting.Slots);
            }

            world.RunUntil(world.Now.PlusMs(2 * setting.Slots * market.Rules.Schedule.LengthMs));
            matchSlots += (market.Rules.Schedule.SlotAt(world.Now).Value / 2) - first;
            observed.StopCountingSlots();
            world.RunUntil(world.Now.PlusMs((long)Rest.TotalMilliseconds));
            through.Add([.. observed.Trades.Select(lease => new Trade((market.NumberOf(lease.Buyer) - BrokerStudyOptions.Brokers) / 2, setting.Traders + ((market.NumberOf(lease.Seller) - BrokerStudyOptions.Brokers) / 2), lease.BuyPrice, lease.SellPrice))], limits, equilibrium);
        }

        return new BrokerOutcome(through, bare, matchSlots, observed.CertifiedSlots);
    }
}
