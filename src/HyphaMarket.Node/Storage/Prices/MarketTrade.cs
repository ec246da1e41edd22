namespace HyphaMarket.Node.Storage.Prices;

/// <summary>A certified match as the tape tells it. Ids are hexadecimal, money micro-credits a minute and unit.</summary>
public sealed record MarketTrade
{
    /// <summary>The match id.</summary>
    public required string Id { get; init; }
    public required string Market { get; init; }
    public required long Slot { get; init; }

    /// <summary>Its place in the slot's result, by which all nodes order the trades of one slot alike.</summary>
    public required int Index { get; init; }

    /// <summary>The start of the slot.</summary>
    public required long AtMs { get; init; }
    public required int Quantity { get; init; }
    public required long BuyPriceMicros { get; init; }
    public required long SellPriceMicros { get; init; }

    /// <summary>This node is a party of it.</summary>
    public required bool Own { get; init; }

    /// <summary>The mean of what the buyer pays and the seller gets, rounded down.</summary>
    public long PriceMicros => SellPriceMicros + ((BuyPriceMicros - SellPriceMicros) / 2);

    /// <summary>Price times quantity; 2^63 - 1 where it is more.</summary>
    public long TurnoverMicros => (long)Int128.Min((Int128)PriceMicros * Quantity, long.MaxValue);

    /// <summary>Slot, then place in it: ascending in the order of trading. A tree over a slot's fills has at most 16 levels, and so at most 65,536 leaves.</summary>
    public long Sequence => (Slot << 16) | (long)(ushort)Index;

    /// <summary>The slot and the place in it that a <see cref="Sequence"/> is made of.</summary>
    public static (long Slot, int Index) PlaceOf(long sequence) => (sequence >> 16, (int)(sequence & ushort.MaxValue));
}
