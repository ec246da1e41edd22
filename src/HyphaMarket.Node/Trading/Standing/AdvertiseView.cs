using HyphaMarket.Market.Slots;

namespace HyphaMarket.Node.Trading.Standing;

/// <summary>What this worker holds of its profile at one moment, and the market's clock.</summary>
/// <param name="Units">What the machine may sell at all.</param>
/// <param name="PromisedUnits">Units reserved or leased now or later.</param>
/// <param name="Asks">Asks that may still match, by hand or not; latest first.</param>
public sealed record AdvertiseView(Instant Now, int Units, int PromisedUnits, IReadOnlyList<StandingOrder> Asks)
{
    /// <summary>How long the network lets an order rest.</summary>
    public required TimeSpan LongestLife { get; init; }

    /// <summary>An order with less life than this is renewed: two slot pairs, in which the driver comes by twice.</summary>
    public required TimeSpan RenewWithin { get; init; }

    /// <summary>How long after an order's end a lease of it may begin: the activation deadline, and what clocks differ.</summary>
    public required TimeSpan SettleWithin { get; init; }

    /// <summary>The longest lease that the worker sells.</summary>
    public required TimeSpan LongestTerm { get; init; }

    /// <summary>Micro-credits per minute and unit.</summary>
    public required long FloorMicros { get; init; }

    /// <summary>What the pricing hook said last; null where it said nothing yet or there is none.</summary>
    public long? HookMicros { get; init; }
}
