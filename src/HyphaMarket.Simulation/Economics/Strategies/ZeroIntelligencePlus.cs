using HyphaMarket.Market.Money;
using HyphaMarket.Market.Offers;

namespace HyphaMarket.Simulation.Economics.Strategies;

/// <summary>ZIP (Cliff 1997): keeps a profit margin on its limit price and moves it towards what the market shows.</summary>
/// <remarks>
/// The published trader lives in a continuous auction and hears one shout at a time. Here a slot is one event: where there were trades, their mean price
/// counts as a shout of both sides that was accepted; where there was none, the best bid and ask that are left count as shouts that were refused. When
/// and how far margins move is as published: a target of R q + A, approached by the Widrow-Hoff rule with momentum.
/// </remarks>
public sealed class ZeroIntelligencePlus : Strategy
{
    /// <summary>R is within 5 % of 1 and A within 0.05 currency units of 0, as published.</summary>
    private const double MostPerturbation = 0.05;

    private readonly double _learningRate;
    private readonly double _momentum;
    private double _margin;
    private double _lastChange;

    /// <param name="learningRate">Beta.</param>
    /// <param name="momentum">Gamma.</param>
    /// <param name="margin">Mu: a share of the limit price; 0 or more for a seller, -1 to 0 for a buyer.</param>
    public ZeroIntelligencePlus(double learningRate, double momentum, double margin) => (_learningRate, _momentum, _margin) = (learningRate, momentum, margin);

    /// <summary>Draws beta from [0.1, 0.5], gamma from [0, 0.1] and the first margin from [0.05, 0.35], as published.</summary>
    public static ZeroIntelligencePlus Draw(Side side, Random random)
    {
        ArgumentNullException.ThrowIfNull(random);
        var margin = 0.05 + (0.3 * random.NextDouble());
        return new ZeroIntelligencePlus(0.1 + (0.4 * random.NextDouble()), 0.1 * random.NextDouble(), side == Side.Bid ? -margin : margin);
    }

    /// <summary>Mu.</summary>
    public double Margin => _margin;

    public override long Quote(Side side, long limit, long ceiling, Random random) => Price(side, limit, ceiling);

    public override void OnSlot(SlotNews news, Side side, long limit, bool isWaiting, Random random)
    {
        ArgumentNullException.ThrowIfNull(random);
        // What it offers, in whole micro-credits: the best offer that is left may be its own, and must not look worse for being rounded.
        double own = Price(side, limit, long.MaxValue);
        if (news.MeanPrice is { } price)
        {
            // It could have had a better price; or, still with its unit, must be content with less.
            if (IsAtLeastAsGood(side, own, price)) Approach(side, limit, own, Target(price, side == Side.Ask, random));
            else if (isWaiting) Approach(side, limit, own, Target(price, side == Side.Bid, random));
        }
        else if (isWaiting && (side == Side.Bid ? news.BestBid : news.BestAsk) is { } refused && !IsBetter(side, own, refused))
        {
            Approach(side, limit, own, Target(refused, side == Side.Bid, random));
        }
    }

    private long Price(Side side, long limit, long ceiling) => WithinLimit(side, limit * (1 + _margin), limit, ceiling);

    /// <summary>A bid at or above, an ask at or below the price.</summary>
    private static bool IsAtLeastAsGood(Side side, double own, double price) => side == Side.Bid ? own >= price : own <= price;

    private static bool IsBetter(Side side, double own, double price) => side == Side.Bid ? own > price : own < price;

    /// <summary>tau = R q + A, a little above or below q; in micro-credits, of which a credit is the currency unit.</summary>
    private static double Target(double price, bool isAbove, Random random)
    {
        var relative = MostPerturbation * random.NextDouble();
        var absolute = MostPerturbation * random.NextDouble() * MicroCredits.PerCredit;
        return isAbove ? (price * (1 + relative)) + absolute : (price * (1 - relative)) - absolute;
    }

    /// <summary>Delta = beta (tau - p); Gamma = gamma Gamma + (1 - gamma) Delta; mu = (p + Gamma) / lambda - 1, within what is no loss.</summary>
    private void Approach(Side side, long limit, double own, double target)
    {
        _lastChange = (_momentum * _lastChange) + ((1 - _momentum) * _learningRate * (target - own));
        var margin = ((own + _lastChange) / limit) - 1;
        _margin = side == Side.Bid ? Math.Clamp(margin, -1, 0) : Math.Max(0, margin);
    }
}
