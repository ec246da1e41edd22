using HyphaMarket.Node.Api.Contracts;
using HyphaMarket.Node.Configuration;

namespace HyphaMarket.Node.Trading.Explaining;

/// <summary>What a book says of an order that rests in it. Pure.</summary>
/// <param name="Code">One of <see cref="OrderExplanation"/>, or the market's reason of a refusal.</param>
/// <param name="Change">What would let it match; null where nothing need change.</param>
/// <param name="Ahead">Units of its own side at a better price.</param>
/// <param name="Tied">Units of others at its own price.</param>
/// <param name="Within">Units of the other side at prices that it accepts.</param>
internal sealed record OrderDiagnosis(string Code, string Reason, string? Change = null, long? ChangePriceMicros = null, ulong Ahead = 0, uint AheadOffers = 0, ulong Tied = 0, ulong Within = 0)
{
    /// <summary>Two slot pairs: an offer that is in the book at an odd slot's cutoff is matched in that slot, and brokers may be one late.</summary>
    private const int SlotsToMatch = 4;

    /// <param name="book">Null where no broker told it; best levels first, own units included.</param>
    /// <param name="slot">The slot of now.</param>
    public static OrderDiagnosis Of(OrderView order, QuoteView? book, long slot)
    {
        ArgumentNullException.ThrowIfNull(order);
        return OfState(order) ?? (book is null ? new OrderDiagnosis(OrderExplanation.BookUnknown, "The order is in the book, and no broker of the market told it just now.", "Try again; see `hypha-market broker ls`.") : OfBook(order, book, slot));
    }

    private static OrderDiagnosis? OfState(OrderView order) => order.State switch
    {
        OrderState.Filled => new OrderDiagnosis(OrderExplanation.Filled, $"All {order.Quantity} units are matched. See `hypha-market lease ls`."),
        OrderState.Cancelled => new OrderDiagnosis(OrderExplanation.Cancelled, "It was cancelled."),
        OrderState.Expired => new OrderDiagnosis(OrderExplanation.Expired, order.Filled > 0 ? $"Its last slot is over; {order.Filled} of {order.Quantity} units were matched." : "Its last slot is over, and it was not matched.", "Place it again; `hypha-market price suggest` tells what is paid."),
        OrderState.Refused => new OrderDiagnosis(order.Reason ?? OrderExplanation.Refused, $"The brokers refused it: {order.Hint ?? "no reason was given."}", "Mend that, and place it again."),
        OrderState.Submitting => new OrderDiagnosis(OrderExplanation.Submitting, $"{order.Receipts} brokers have signed for it, too few to be sure of the book.", "It is sent again by itself; see `hypha-market broker ls` for brokers that are not connected."),
        OrderState.Matched when order.Filled >= order.Quantity => new OrderDiagnosis(OrderExplanation.Settling, "It is matched, and the parties settle."),
        _ => null,
    };

    private static OrderDiagnosis OfBook(OrderView order, QuoteView book, long slot)
    {
        var isBid = order.Side == "bid";
        var (own, other) = isBid ? (book.Bids, book.Asks) : (book.Asks, book.Bids);
        var limit = order.PriceMicros;
        var mine = (ulong)(order.Quantity - order.Filled);
        var better = own.Where(level => isBid ? level.PriceMicros > limit : level.PriceMicros < limit).ToArray();
        var atMine = own.FirstOrDefault(level => level.PriceMicros == limit)?.Units ?? 0;
        var sight = new OrderDiagnosis("", "")
        {
            Ahead = Sum(better), AheadOffers = (uint)better.Sum(level => level.Offers), Tied = atMine > mine ? atMine - mine : 0,
            Within = Sum(other.Where(level => isBid ? level.PriceMicros <= limit : level.PriceMicros >= limit)),
        };
        var (theirs, verb) = isBid ? ("asks", "Raise") : ("bids", "Lower");
        if (other.Count == 0) return sight with { Code = OrderExplanation.OtherSideEmpty, Reason = $"There are no {theirs} in the book.", Change = "No price changes that; leave it in the book until somebody comes." };

        var price = NearestPrice(isBid, limit, mine, own, other);
        var change = price is { } at
            ? $"{verb} the price to {CreditText.PerMinute(at)}: there the {theirs} cover this order and all ahead of it."
            : $"No price fills it whole: {Sum(other)} units of {theirs} are in the book. {(mine > 1 ? "Order fewer units, or allow" : "Wait for more")}{(mine > 1 ? " a smaller minimum fill." : ".")}";
        if (sight.Within == 0)
        {
            return sight with { Code = OrderExplanation.LimitNotCrossed, Reason = $"The best of the {theirs} is at {other[0].Price}, and this order accepts {order.Price}.", Change = change, ChangePriceMicros = price };
        }

        if (sight.Within <= sight.Ahead)
        {
            return sight with
            {
                Code = OrderExplanation.BehindOthers, Reason = $"{sight.Ahead} units at better prices come first, and {sight.Within} units of {theirs} are within its limit.", Change = change, ChangePriceMicros = price,
            };
        }

        return slot - order.FirstSlot < SlotsToMatch
            ? sight with { Code = OrderExplanation.NextSlot, Reason = $"It came a moment ago, and {sight.Within - sight.Ahead} units of {theirs} are within its limit: the next slots may match it." }
            : sight with
            {
                Code = OrderExplanation.TermsExclude,
                Reason = $"{sight.Within - sight.Ahead} units of {theirs} are within its limit and not taken by better prices, and still nothing matched: attributes, lease terms or minimum fills of the two sides exclude each other.",
                Change = "Ask less: a shorter term, fewer --require clauses, a smaller --minimum-fill, or not --distinct.",
            };
    }

    /// <summary>
    /// The price nearest to the limit at which the other side's units cover this order's and those that come before it there: all at that price or better, since
    /// whoever is at a price already is earlier. Null where none does.
    /// </summary>
    private static long? NearestPrice(bool isBid, long limit, ulong mine, IReadOnlyList<LevelView> own, IReadOnlyList<LevelView> other)
    {
        var step = isBid ? 1 : -1;
        // Supply grows at the other side's prices, and a competitor is passed a step beyond its own.
        var prices = other.Select(level => level.PriceMicros).Concat(own.Select(level => level.PriceMicros + step)).Where(price => isBid ? price > limit : price < limit && price > 0);
        foreach (var price in isBid ? prices.Order() : prices.OrderDescending())
        {
            var supply = Sum(other.Where(level => isBid ? level.PriceMicros <= price : level.PriceMicros >= price));
            var before = Sum(own.Where(level => isBid ? level.PriceMicros >= price : level.PriceMicros <= price));
            if (supply >= before + mine) return price;
        }

        return null;
    }

    private static ulong Sum(IEnumerable<LevelView> levels) => levels.Aggregate(0UL, (sum, level) => sum + level.Units);
}
