using Microsoft.Data.Sqlite;

namespace HyphaMarket.Node.Storage;

public sealed partial class History
{
    /// <summary>Adds a trade; one that is known stays as it is, for a certified fill never changes.</summary>
    public void Save(TradeRow trade)
    {
        ArgumentNullException.ThrowIfNull(trade);
        Write("INSERT OR IGNORE INTO trades VALUES ($id, $market, $slot, $quantity, $buy, $sell, $bidPrice, $askPrice, $bid, $ask, $buyer, $seller, $brokers, $seen)",
            ("$id", trade.Id), ("$market", trade.Market), ("$slot", trade.Slot), ("$quantity", trade.Quantity), ("$buy", trade.BuyPriceMicros),
            ("$sell", trade.SellPriceMicros), ("$bidPrice", trade.BidMicros), ("$askPrice", trade.AskMicros), ("$bid", trade.Bid), ("$ask", trade.Ask),
            ("$buyer", trade.Buyer), ("$seller", trade.Seller), ("$brokers", string.Join(',', trade.Brokers)), ("$seen", trade.SeenMs));
    }

    public TradeRow? FindTrade(string id) => Read("SELECT * FROM trades WHERE id = $id", Trade, ("$id", id)).FirstOrDefault();

    /// <summary>The latest slots first.</summary>
    /// <param name="market">Only this market; null for all.</param>
    public IReadOnlyList<TradeRow> ListTrades(int limit, string? market = null) =>
        Read("SELECT * FROM trades WHERE $market IS NULL OR market = $market ORDER BY slot DESC, id LIMIT $limit", Trade, ("$market", market), ("$limit", Limit(limit)));

    private static TradeRow Trade(SqliteDataReader row) => new()
    {
        Id = row.GetString(0), Market = row.GetString(1), Slot = row.GetInt64(2), Quantity = row.GetInt32(3), BuyPriceMicros = row.GetInt64(4),
        SellPriceMicros = row.GetInt64(5), BidMicros = row.GetInt64(6), AskMicros = row.GetInt64(7), Bid = row.GetString(8), Ask = row.GetString(9),
        Buyer = row.GetString(10), Seller = row.GetString(11), Brokers = row.GetString(12).Split(',', StringSplitOptions.RemoveEmptyEntries), SeenMs = row.GetInt64(13),
    };
}
