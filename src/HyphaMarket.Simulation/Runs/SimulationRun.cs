using HyphaMarket.Market.Slots;
using HyphaMarket.Simulation.Adversaries;
using HyphaMarket.Simulation.Checking;
using HyphaMarket.Simulation.Faults;
using HyphaMarket.Simulation.Nodes;
using HyphaMarket.Simulation.World;

namespace HyphaMarket.Simulation.Runs;

/// <summary>Runs one seed: a phase of faults in which nothing forbidden may happen, then a phase of recovery in which what is promised must.</summary>
public static class SimulationRun
{
    /// <summary>The end of a run, in which nobody wants anything new: ten slots of two seconds.</summary>
    private static readonly TimeSpan Quiet = TimeSpan.FromSeconds(20);

    /// <param name="story">Told everything, for whoever wants to understand a run; null for speed.</param>
    public static RunResult Run(int seed, RunOptions options, Action<string>? story = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        var world = new SimulatedWorld(seed, story);
        var market = new SimulatedMarket(world, options.Market);
        var count = new Counts();
        var cast = options.HasFaults || options.Emphasis is not null ? Cast.Draw(market, options.Emphasis) : Cast.WithLiars(market, options.LyingBrokers);
        market.Observe.Check([.. Invariants.Create(cast.Malicious), count]);
        var faults = new FaultMenu(market, cast, options.Emphasis);
        var turnover = new BrokerTurnover(market, cast, options.Emphasis);
        try
        {
            market.Start();
            if (options.HasFaults) faults.Begin();
            else faults.BeginCalm(options.Loss);
            if (options.Market.Spares > 0) turnover.Begin();
            if (!RunsTo(options.Faults)) return Result();
            turnover.End();
            faults.End();
            market.Observe.Healed();
            if (!RunsTo(options.Faults + options.Recovery - Quiet)) return Result();
            faults.Quieten();
            if (!RunsTo(options.Faults + options.Recovery)) return Result();
            market.Observe.AtTheEnd();
        }
        catch (Exception exception)
        {
            // A core that throws is a broken promise like any other, and says where.
            var where = exception.StackTrace?.Split('\n').Take(3).Select(line => line.Trim()) ?? [];
            market.Observe.Broken("no core throws", $"{exception.GetType().Name}: {exception.Message} {string.Join(" ", where)}");
        }

        return Result();

        // False where the run ends before.
        bool RunsTo(TimeSpan end)
        {
            var until = new Instant((long)end.TotalMilliseconds);
            if (!options.StopsAtAViolation) world.RunUntil(until);
            while (world.Now < until && market.Observe.Violations.Count == 0) world.RunUntil(new Instant(Math.Min(until.UnixMs, world.Now.UnixMs + options.Market.SlotLengthMs)));
            return !options.StopsAtAViolation || market.Observe.Violations.Count == 0;
        }

        RunResult Result() => new(
            seed, market.Observe.Violations, world.Trace.Hash, world.Happened, market.Network.Sent, market.Network.SentBytes, market.Rules.Schedule.SlotAt(world.Now).Value / 2, count.Slots, count.HonestSlots, count.HonestCertified, count.Leases, market.Observe.Malicious);
    }
}
