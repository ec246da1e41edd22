using HyphaMarket.Market.Ids;
using HyphaMarket.Market.Slots;

namespace HyphaMarket.Brokerage.Settlement;

/// <summary>Spot: activated within A slot pairs after the match, delivered from the activation on.</summary>
public sealed class SpotDelivery(SlotSchedule schedule) : IDelivery
{
    private const long MinuteMs = 60_000;

    public Instant MatchedFrom(MarketId market, Slot slot) => schedule.StartOf(slot);

    public Instant ActivationDeadline(MarketId market, Slot slot) => schedule.DeadlineOf(slot);

    public LeaseSpan SpanOf(MarketId market, Slot slot, Instant activated, int termMinutes, int longestTermMinutes) =>
        new(activated, activated.PlusMs(termMinutes * MinuteMs), activated.PlusMs(longestTermMinutes * MinuteMs));
}
