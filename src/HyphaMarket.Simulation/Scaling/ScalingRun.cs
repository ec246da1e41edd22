using HyphaMarket.Market.Slots;
using HyphaMarket.Simulation.Nodes;
using HyphaMarket.Simulation.Runs;
using HyphaMarket.Simulation.World;

namespace HyphaMarket.Simulation.Scaling;

/// <summary>Measures what a slot and a trade cost in messages and bytes as a market grows, with nothing going wrong.</summary>
public static class ScalingRun
{
    /// <summary>An owner may have 64 open offers; so many of them stand.</summary>
    private const int StandingPerOwner = 64;

    /// <summary>One row for each size, in the order of the options.</summary>
    public static IReadOnlyList<ScalingRow> Run(ScalingOptions options, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        (int Brokers, int Offers)[] sizes = [.. options.Brokers.Select(brokers => (brokers, 0)), .. options.StandingOffers.Select(offers => (options.BrokersForOffers, offers))];
        var rows = new ScalingRow[sizes.Length];
        // The largest take longest and begin first.
        Parallel.For(0, sizes.Length, new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount, CancellationToken = stop }, i => rows[^(i + 1)] = Measure(options, sizes[^(i + 1)].Brokers, sizes[^(i + 1)].Offers));
        return rows;
    }

    private static ScalingRow Measure(ScalingOptions options, int brokers, int standing)
    {
        var world = new SimulatedWorld(options.Seed);
        var owners = (standing + StandingPerOwner - 1) / StandingPerOwner;
        var market = new SimulatedMarket(world, new SimulatedMarketOptions { Brokers = brokers, Traders = options.Traders + owners, BookDepth = options.BookDepth });
        for (var i = 0; i < owners; i++) market.Trader(options.Traders + i).StandingOffers = Math.Min(StandingPerOwner, standing - (i * StandingPerOwner));
        var counts = new Counts();
        market.Observe.Check([counts]);
        market.Start();
        world.RunUntil(new Instant((long)options.Before.TotalMilliseconds));
        var (messages, bytes, certified, trades) = (market.Network.Sent, market.Network.SentBytes, counts.Slots, counts.Leases);
        var until = new Instant((long)(options.Before + options.Counted).TotalMilliseconds);
        world.RunUntil(until);
        return new ScalingRow(
            brokers,
            standing,
            market.Broker(0).Core?.OfferCount ?? 0,
            (market.Rules.Schedule.SlotAt(until).Value - market.Rules.Schedule.SlotAt(new Instant((long)options.Before.TotalMilliseconds)).Value) / 2,
            counts.Slots - certified,
            counts.Leases - trades,
            market.Network.Sent - messages,
            market.Network.SentBytes - bytes);
    }
}
