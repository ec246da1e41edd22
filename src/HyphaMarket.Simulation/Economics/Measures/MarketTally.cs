using HyphaMarket.Simulation.Economics.Clearing;

namespace HyphaMarket.Simulation.Economics.Measures;

/// <summary>Adds up what one run's periods and slots came to, against what was possible.</summary>
public sealed class MarketTally
{
    private double _squaredDistance;
    private double _dispersion;
    private int _slotsWithPrices;
    private long _distances;
    private double _oneTradeLess;

    /// <summary>The sum over periods of the most that could be gained; micro-credits.</summary>
    public long PossibleSurplus { get; private set; }

    /// <summary>What buyers gained by valuation less price.</summary>
    public long BuyersGain { get; private set; }

    /// <summary>What sellers gained by price less cost.</summary>
    public long SellersGain { get; private set; }

    /// <summary>What buyers paid and sellers did not get: gained from the goods, but by nobody.</summary>
    public long NobodysGain { get; private set; }

    public long Trades { get; private set; }

    /// <summary>Trades at the equilibrium of every period.</summary>
    public long EfficientTrades { get; private set; }

    /// <summary>Surplus gained / most possible, by whomever; null where nothing could be gained.</summary>
    public double? Efficiency => Share(BuyersGain + SellersGain + NobodysGain);

    /// <summary>The part of the possible surplus that buyers got.</summary>
    public double? BuyersShare => Share(BuyersGain);

    /// <summary>The part that sellers got.</summary>
    public double? SellersShare => Share(SellersGain);

    /// <summary>The part that the rule takes from both and gives to nobody.</summary>
    public double? NobodysShare => Share(NobodysGain);

    /// <summary>Units traded / units of the equilibrium.</summary>
    public double? VolumeRatio => EfficientTrades == 0 ? null : (double)Trades / EfficientTrades;

    /// <summary>Smith's alpha (1962): the root mean square distance of trade prices from the equilibrium price, as a share of that price.</summary>
    public double? Alpha => _distances == 0 ? null : Math.Sqrt(_squaredDistance / _distances);

    /// <summary>The standard deviation of prices within a slot as a share of their mean, on average over slots with two trades or more.</summary>
    public double? Dispersion => _slotsWithPrices == 0 ? null : _dispersion / _slotsWithPrices;

    /// <summary>1 - 1 / k of the possible surplus, where k is a period's efficient volume: what is left at least where a rule gives up the least valuable trade.</summary>
    public double? OneTradeLess => PossibleSurplus == 0 ? null : _oneTradeLess / PossibleSurplus;

    /// <summary>A period begins.</summary>
    public void Begin(Equilibrium equilibrium)
    {
        if (equilibrium.Volume > 0) _oneTradeLess += equilibrium.Surplus * (1 - (1.0 / equilibrium.Volume));
        PossibleSurplus += equilibrium.Surplus;
        EfficientTrades += equilibrium.Volume;
    }

    /// <summary>A slot was cleared.</summary>
    /// <param name="limits">Valuations and costs in the traders' order.</param>
    public void Add(IReadOnlyList<Trade> trades, ReadOnlySpan<long> limits, Equilibrium equilibrium)
    {
        ArgumentNullException.ThrowIfNull(trades);
        if (trades.Count == 0) return;
        var (sum, squares) = (0.0, 0.0);
        foreach (var trade in trades)
        {
            BuyersGain += limits[trade.Buyer] - trade.BuyPrice;
            SellersGain += trade.SellPrice - limits[trade.Seller];
            NobodysGain += trade.BuyPrice - trade.SellPrice;
            sum += trade.MidPrice;
            if (equilibrium.Volume == 0) continue;
            var distance = (trade.MidPrice - equilibrium.Price) / equilibrium.Price;
            _squaredDistance += distance * distance;
            _distances++;
        }

        Trades += trades.Count;
        if (trades.Count < 2) return;
        var mean = sum / trades.Count;
        foreach (var trade in trades) squares += (trade.MidPrice - mean) * (trade.MidPrice - mean);
        _dispersion += Math.Sqrt(squares / trades.Count) / mean;
        _slotsWithPrices++;
    }

    private double? Share(long gain) => PossibleSurplus == 0 ? null : (double)gain / PossibleSurplus;
}
