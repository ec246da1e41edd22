namespace HyphaMarket.Node.Storage.Prices;

/// <summary>The SQL of <see cref="SqlitePriceStore"/>, all of it.</summary>
internal static class SqlitePrices
{
    public const string Create = """
        CREATE TABLE IF NOT EXISTS trades(
            number INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, market TEXT NOT NULL, sequence INTEGER NOT NULL, at_ms INTEGER NOT NULL,
            quantity INTEGER NOT NULL, buy_micros INTEGER NOT NULL, sell_micros INTEGER NOT NULL, own INTEGER NOT NULL) STRICT;
        CREATE INDEX IF NOT EXISTS trades_by_market ON trades(market, sequence);
        CREATE INDEX IF NOT EXISTS trades_by_time ON trades(at_ms);
        CREATE TABLE IF NOT EXISTS candles(
            market TEXT NOT NULL, interval_ms INTEGER NOT NULL, start_ms INTEGER NOT NULL,
            open INTEGER NOT NULL, open_sequence INTEGER NOT NULL, high INTEGER NOT NULL, low INTEGER NOT NULL, close INTEGER NOT NULL, close_sequence INTEGER NOT NULL,
            units INTEGER NOT NULL, trades INTEGER NOT NULL, turnover INTEGER NOT NULL, PRIMARY KEY(market, interval_ms, start_ms)) STRICT, WITHOUT ROWID;
        """;

    public const string InsertTrade = """
        INSERT OR IGNORE INTO trades(id, market, sequence, at_ms, quantity, buy_micros, sell_micros, own) VALUES ($id, $market, $sequence, $at, $quantity, $buy, $sell, $own)
        """;

    public const string MarkOwn = "UPDATE trades SET own = 1 WHERE id = $id";

    /// <summary>Trades come in any order; what opens and closes a candle is the first and the last by sequence.</summary>
    public const string FoldCandle = """
        INSERT INTO candles VALUES ($market, $interval, $start, $price, $sequence, $price, $price, $price, $sequence, $quantity, 1, $turnover)
        ON CONFLICT(market, interval_ms, start_ms) DO UPDATE SET
            open = CASE WHEN $sequence < open_sequence THEN $price ELSE open END, open_sequence = MIN(open_sequence, $sequence),
            close = CASE WHEN $sequence > close_sequence THEN $price ELSE close END, close_sequence = MAX(close_sequence, $sequence),
            high = MAX(high, $price), low = MIN(low, $price), units = units + $quantity, trades = trades + 1,
            turnover = CASE WHEN turnover > 9223372036854775807 - $turnover THEN 9223372036854775807 ELSE turnover + $turnover END
        """;

    public const string SelectTrades = """
        SELECT id, market, sequence, at_ms, quantity, buy_micros, sell_micros, own FROM trades WHERE at_ms >= $since AND at_ms < $before ORDER BY at_ms DESC, sequence DESC LIMIT $limit
        """;

    public const string SelectTradesOfMarket = """
        SELECT id, market, sequence, at_ms, quantity, buy_micros, sell_micros, own FROM trades
        WHERE market = $market AND at_ms >= $since AND at_ms < $before ORDER BY sequence DESC LIMIT $limit
        """;

    public const string SelectCandles = """
        SELECT start_ms, open, high, low, close, units, trades, turnover FROM candles
        WHERE market = $market AND interval_ms = $interval AND start_ms >= $from ORDER BY start_ms DESC LIMIT $limit
        """;

    /// <summary>Numbers grow by one; a gap among them only makes a step smaller.</summary>
    public const string TrimTrades = "DELETE FROM trades WHERE number <= (SELECT MAX(number) FROM trades) - $most AND number < (SELECT MIN(number) FROM trades) + $atonce";

    public const string TrimCandles = """
        DELETE FROM candles WHERE (market, interval_ms, start_ms) IN (SELECT market, interval_ms, start_ms FROM candles WHERE start_ms < $now - interval_ms * $most ORDER BY start_ms LIMIT $atonce)
        """;
}
