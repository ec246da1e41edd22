using System.Data.Common;

namespace HyphaMarket.Node.Storage.Prices;

/// <summary>The rows that every store of prices selects, in the order of their columns there.</summary>
internal static class PriceRows
{
    /// <summary>id, market, sequence, at_ms, quantity, buy_micros, sell_micros, own.</summary>
    public static MarketTrade Trade(DbDataReader row)
    {
        var (slot, index) = MarketTrade.PlaceOf(row.GetInt64(2));
        return new MarketTrade
        {
            Id = row.GetString(0), Market = row.GetString(1), Slot = slot, Index = index, AtMs = row.GetInt64(3), Quantity = row.GetInt32(4), BuyPriceMicros = row.GetInt64(5), SellPriceMicros = row.GetInt64(6),
            Own = row.GetBoolean(7),
        };
    }

    /// <summary>start_ms, open, high, low, close, units, trades, turnover.</summary>
    public static Candle Candle(DbDataReader row) =>
        new(row.GetInt64(0), row.GetInt64(1), row.GetInt64(2), row.GetInt64(3), row.GetInt64(4), row.GetInt64(5), row.GetInt64(6), row.GetInt64(7));
}
