using HyphaMarket.Market.Ids;
using HyphaMarket.Node.Api;
using HyphaMarket.Node.Api.Contracts;
using HyphaMarket.Node.Api.Services;
using HyphaMarket.Node.Configuration;
using HyphaMarket.Node.Hosting;
using Microsoft.Extensions.Logging;

namespace HyphaMarket.Node.Trading.Standing;

/// <summary>Keeps a worker's asks standing: <see cref="AdvertisePolicy"/> over this node's asks, sales and leases, with the price that a hook says.</summary>
public sealed class AdvertiseAgent(
    TraderService trader, TraderSurroundings surroundings, MachineUnits units, IOrderService orders, IMarketService markets, LiveOptions live, NodeDrain drain, TimeProvider time, ILogger<AdvertiseAgent> log)
    : StandingAgent(trader, surroundings, orders, live, drain, time, log)
{
    /// <summary>What two honest clocks may differ by, as settlement has it.</summary>
    private readonly TimeSpan _clockTolerance = TimeSpan.FromMilliseconds(surroundings.SettlementOptions.ClockToleranceMs);
    private readonly HookedPrice _hooked = new();

    protected override string KeyPrefix => "standing-ask:";

    protected override string Side => "ask";

    protected override bool IsWanted(NodeOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return options.Worker.Advertise.Enabled;
    }

    protected override async Task<(MarketId Market, StandingDecision Decision)?> DecideAsync(CancellationToken stop)
    {
        if (units.Units.Count == 0) return null;
        var (market, held) = units.Units.First();
        var advertise = Live.Current.Worker.Advertise;
        if (_hooked.IsDue(Now, advertise)) await AskHookAsync(market, held, advertise, stop);
        return (market, AdvertisePolicy.Decide(advertise, await ViewAsync(market, held, stop)));
    }

    private async Task<AdvertiseView> ViewAsync(MarketId market, int held, CancellationToken stop)
    {
        var schedule = Surroundings.Schedule;
        var slot = TimeSpan.FromMilliseconds(schedule.LengthMs);
        var worker = Live.Current.Worker;
        var view = new AdvertiseView(Now, held, 0, [])
        {
            LongestLife = slot * Surroundings.Markets.RulesOf(market)!.TtlCapSlots,
            RenewWithin = slot * 4,
            SettleWithin = (slot * StandingOrders.SettleSlots(schedule)) + _clockTolerance,
            LongestTerm = worker.LongestTerm,
            FloorMicros = worker.FloorPriceMicros,
            HookMicros = _hooked.Micros,
        };
        return await Trader.Room.ReadAsync(
            (known, settlement) => view with
            {
                PromisedUnits = settlement.Worker.Commitments(view.Now).Where(use => use.Market == market).Sum(use => use.Units),
                Asks = StandingOrders.In(known, market, Market.Offers.Side.Ask, schedule, view.Now, KeyPrefix),
            },
            stop);
    }

    private async Task AskHookAsync(MarketId market, int held, AdvertiseOptions advertise, CancellationToken stop)
    {
        var view = await ViewAsync(market, held, stop);
        var free = Math.Max(0, held - advertise.Reserve - view.PromisedUnits);
        var question = new PriceQuestion(Surroundings.NameOf(market), market.ToString(), Time.GetUtcNow(), held, free, view.FloorMicros, AdvertisePolicy.PriceOf(advertise, view), await QuoteAsync(market, stop));
        var (micros, problem) = await PriceHook.RunAsync(advertise.Hook!, question, advertise.HookTimeout, stop);
        if (!_hooked.OnAnswer(micros)) return;
        Warn("price-hook-failed", problem!, $"Until it works, the price stays at {CreditText.PerMinute(AdvertisePolicy.PriceOf(advertise, view with { HookMicros = _hooked.Micros }))}. Mend the program that \"worker.advertise.hook\" names.");
    }

    /// <summary>Null where no broker tells one: the program may know a price all the same.</summary>
    private async Task<QuoteView?> QuoteAsync(MarketId market, CancellationToken stop)
    {
        try
        {
            return await markets.QuoteAsync(market.ToString(), 0, stop);
        }
        catch (ApiException e) when (e.Failure is ApiFailure.Unavailable or ApiFailure.TimedOut)
        {
            return null;
        }
    }
}
