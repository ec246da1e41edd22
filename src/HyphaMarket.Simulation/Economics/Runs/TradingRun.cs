using HyphaMarket.Simulation.Economics.Clearing;
using HyphaMarket.Simulation.Economics.Measures;
using HyphaMarket.Simulation.Economics.Populations;
using HyphaMarket.Simulation.Economics.Strategies;

namespace HyphaMarket.Simulation.Economics.Runs;

/// <summary>Lets one population trade through all periods and slots of one seed.</summary>
public sealed class TradingRun
{
    private readonly MarketSetting _setting;
    private readonly Population _population;
    private readonly CallMarket _market;
    private readonly IReadOnlyList<Strategy> _strategies;
    private readonly Random _draws;
    private readonly Random _voids;
    private readonly Random _samples;
    private readonly int[] _responders;
    private readonly long[] _quotes;
    private readonly long[] _gains;
    private long[]? _firstQuotes;
    private long _firstCall;

    /// <param name="strategies">One for each trader, in their order; they keep what they learn.</param>
    internal TradingRun(MarketSetting setting, Population population, CallMarket market, IReadOnlyList<Strategy> strategies, long seed)
    {
        (_setting, _population, _market, _strategies) = (setting, population, market, strategies);
        (_draws, _voids, _samples) = (Seeds.Random(seed, SeedPurpose.Strategies), Seeds.Random(seed, SeedPurpose.VoidSlots), Seeds.Random(seed, SeedPurpose.Samples));
        _responders = [.. Enumerable.Range(0, strategies.Count).Where(trader => strategies[trader] is BestResponder)];
        (_quotes, _gains) = (new long[population.Count], new long[population.Count]);
    }

    /// <summary>Draws a population and lets all of it play the setting's strategy.</summary>
    public static RunOutcome Run(MarketSetting setting, long seed, CancellationToken stop = default)
    {
        ArgumentNullException.ThrowIfNull(setting);
        setting.Validate();
        var population = Population.Draw(setting.Population, Seeds.Random(seed, SeedPurpose.Values));
        var draws = Seeds.Random(seed, SeedPurpose.Strategies);
        Strategy[] strategies = [.. Enumerable.Range(0, population.Count).Select(trader => setting.Strategy.Create(population.SideOf(trader), draws))];
        return new TradingRun(setting, population, setting.CreateMarket(seed), strategies, seed).Run(0, stop);
    }

    /// <param name="lateFrom">The first period that counts for traders, who may have to learn first.</param>
    internal RunOutcome Run(int lateFrom, CancellationToken stop = default)
    {
        var (tally, late) = (new MarketTally(), new MarketTally());
        var prices = new List<double?>(_setting.Slots);
        var equilibria = new List<double>(_setting.Slots);
        for (var period = 0; period < _setting.Periods; period++)
        {
            stop.ThrowIfCancellationRequested();
            var limits = _population.LimitsIn(period, _setting.Periods);
            var equilibrium = Equilibrium.Of(limits, _population.Buyers);
            tally.Begin(equilibrium);
            if (period >= lateFrom) late.Begin(equilibrium);
            LookBack(limits);
            var isWaiting = new bool[_population.Count];
            Array.Fill(isWaiting, true);
            for (var call = period * _setting.SlotsPerPeriod; call < Math.Min(_setting.Slots, (period + 1) * _setting.SlotsPerPeriod); call++)
            {
                var trades = Clear(call, limits, isWaiting, isFirst: call % _setting.SlotsPerPeriod == 0);
                tally.Add(trades, limits, equilibrium);
                if (period >= lateFrom) AddLate(late, trades, limits, equilibrium);
                equilibria.Add(equilibrium.Price);
                prices.Add(trades.Count == 0 ? null : trades.Average(trade => trade.MidPrice));
            }
        }

        return new RunOutcome(tally, late, _gains, new PricePath(prices, equilibria));
    }

    private IReadOnlyList<Trade> Clear(int call, long[] limits, bool[] isWaiting, bool isFirst)
    {
        for (var trader = 0; trader < _quotes.Length; trader++)
        {
            _quotes[trader] = isWaiting[trader] ? _strategies[trader].Quote(_population.SideOf(trader), limits[trader], _population.Options.CeilingMicros, _draws) : 0;
        }

        if (isFirst && _responders.Length > 0) (_firstQuotes, _firstCall) = ((long[])_quotes.Clone(), call);
        // What was offered in a void slot is offered again, and nobody learns anything.
        if (_setting.VoidShare > 0 && _voids.NextDouble() < _setting.VoidShare) return [];
        var trades = _market.Clear(call, _quotes);
        foreach (var trade in trades)
        {
            isWaiting[trade.Buyer] = isWaiting[trade.Seller] = false;
            _quotes[trade.Buyer] = _quotes[trade.Seller] = 0;
        }

        var news = SlotNews.Of(trades, _quotes, _population.Buyers);
        for (var trader = 0; trader < _quotes.Length; trader++) _strategies[trader].OnSlot(news, _population.SideOf(trader), limits[trader], isWaiting[trader], _draws);
        return trades;
    }

    /// <summary>Some best responders look at the last period's first book.</summary>
    private void LookBack(long[] limits)
    {
        if (_firstQuotes is not { } quotes) return;
        _samples.Shuffle(_responders);
        var looks = Math.Clamp(_responders.Length / BestResponder.LooksEveryPeriods, 1, BestResponder.MostLooksAPeriod);
        foreach (var trader in _responders.Take(looks))
        {
            var own = quotes[trader];
            ((BestResponder)_strategies[trader]).LookBack(_population.SideOf(trader), limits[trader], _population.Options.CeilingMicros, quote =>
            {
                quotes[trader] = quote;
                return GainOf(trader, _market.Clear(_firstCall, quotes), limits[trader]);
            });
            quotes[trader] = own;
        }
    }

    private void AddLate(MarketTally late, IReadOnlyList<Trade> trades, long[] limits, Equilibrium equilibrium)
    {
        late.Add(trades, limits, equilibrium);
        foreach (var trade in trades)
        {
            _gains[trade.Buyer] += limits[trade.Buyer] - trade.BuyPrice;
            _gains[trade.Seller] += trade.SellPrice - limits[trade.Seller];
        }
    }

    private static long GainOf(int trader, IReadOnlyList<Trade> trades, long limit)
    {
        foreach (var trade in trades)
        {
            if (trade.Buyer == trader) return limit - trade.BuyPrice;
            if (trade.Seller == trader) return trade.SellPrice - limit;
        }

        return 0;
    }
}
