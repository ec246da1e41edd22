using HyphaMarket.Market.Offers;

namespace HyphaMarket.Market.Books;

/// <summary>The fixed order of one side: price (bids descending, asks ascending), then first eligible slot, then offer id.</summary>
/// <remarks>It depends on signed bytes alone, so all brokers keep the same offers. Matching breaks its last ties otherwise, by what nobody can foresee.</remarks>
public sealed class OfferOrder : IComparer<Offer>
{
    private readonly int _direction;

    private OfferOrder(int direction) => _direction = direction;

    /// <summary>The dearest first.</summary>
    public static OfferOrder Bids { get; } = new(-1);

    /// <summary>The cheapest first.</summary>
    public static OfferOrder Asks { get; } = new(1);

    /// <exception cref="ArgumentOutOfRangeException">Neither bid nor ask.</exception>
    public static OfferOrder Of(Side side) => side switch
    {
        Side.Bid => Bids,
        Side.Ask => Asks,
        _ => throw new ArgumentOutOfRangeException(nameof(side), side, "An offer is a bid or an ask."),
    };

    /// <summary>Negative when the left one ranks better.</summary>
    public int Compare(Offer? x, Offer? y)
    {
        ArgumentNullException.ThrowIfNull(x);
        ArgumentNullException.ThrowIfNull(y);
        var order = _direction * x.LimitPrice.CompareTo(y.LimitPrice);
        if (order == 0) order = x.FirstSlot.CompareTo(y.FirstSlot);
        return order != 0 ? order : x.Id.CompareTo(y.Id);
    }
}
