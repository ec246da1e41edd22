using HyphaMarket.Market.Offers;

namespace HyphaMarket.Simulation.Economics.Strategies;

/// <summary>Offers one price, even one that may lose, and in the last slot of a longer period the truth: what a trader is tried out with.</summary>
/// <param name="price">Micro-credits; at least 1.</param>
/// <param name="slots">Match slots of the only period. In one slot there is no time to give in.</param>
internal sealed class TrialQuote(long price, int slots) : Strategy
{
    private int _seen;

    public override long Quote(Side side, long limit, long ceiling, Random random) => slots > 1 && _seen == slots - 1 ? limit : price;

    public override void OnSlot(SlotNews news, Side side, long limit, bool isWaiting, Random random) => _seen++;
}
