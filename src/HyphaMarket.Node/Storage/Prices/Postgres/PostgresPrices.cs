namespace HyphaMarket.Node.Storage.Prices.Postgres;

/// <summary>The SQL of <see cref="PostgresPriceStore"/>, all of it. Names are looked up as the database's role says, so that tables can be in a schema of their own.</summary>
/// <remarks>
/// Every row has its network, since a market is the same in all networks and a database may serve several. A match's id keys its trade: whoever tells it, it is one row. What only
/// concerns a node (which trades are its own) is a row of that node's.
/// </remarks>
internal static class PostgresPrices
{
    /// <summary>Reads the catalogue itself: to_regclass may answer from before the wait for another node's lock.</summary>
    public const string HasSchema = "SELECT EXISTS (SELECT 1 FROM pg_catalog.pg_class WHERE relname = 'hyphamarket_schema' AND pg_catalog.pg_table_is_visible(oid))";

    public const string ReadVersion = "SELECT max(version) FROM hyphamarket_schema";

    /// <summary>Any number does that no other program locks; this one spells "hypha".</summary>
    public const string LockSchema = "SELECT pg_advisory_xact_lock(x'6879706861'::bigint)";

    /// <summary>
    /// Version 1. <c>hyphamarket_trimmed</c> has the last trade that was dropped: what is not after it was counted and is not taken again, for nobody could tell any more whether it is known.
    /// </summary>
    public const string Create = """
        CREATE TABLE hyphamarket_schema(version integer PRIMARY KEY);
        CREATE TABLE hyphamarket_trades(
            network text NOT NULL, id text NOT NULL, market text NOT NULL, sequence bigint NOT NULL, at_ms bigint NOT NULL,
            quantity integer NOT NULL, buy_micros bigint NOT NULL, sell_micros bigint NOT NULL, PRIMARY KEY(network, id));
        CREATE INDEX hyphamarket_trades_by_market ON hyphamarket_trades(network, market, sequence);
        CREATE INDEX hyphamarket_trades_by_time ON hyphamarket_trades(network, at_ms, sequence, id);
        CREATE TABLE hyphamarket_own_trades(
            network text NOT NULL, id text NOT NULL, node text NOT NULL, PRIMARY KEY(network, id, node),
            FOREIGN KEY(network, id) REFERENCES hyphamarket_trades ON DELETE CASCADE);
        CREATE TABLE hyphamarket_candles(
            network text NOT NULL, market text NOT NULL, interval_ms bigint NOT NULL, start_ms bigint NOT NULL,
            open bigint NOT NULL, open_sequence bigint NOT NULL, high bigint NOT NULL, low bigint NOT NULL, close bigint NOT NULL, close_sequence bigint NOT NULL,
            units bigint NOT NULL, trades bigint NOT NULL, turnover bigint NOT NULL, PRIMARY KEY(network, market, interval_ms, start_ms));
        CREATE TABLE hyphamarket_trimmed(network text PRIMARY KEY, at_ms bigint NOT NULL, sequence bigint NOT NULL, id text NOT NULL);
        INSERT INTO hyphamarket_schema VALUES (1);
        """;

    /// <summary>
    /// Adds a batch and folds what was new of it into its candles, whose turnover stays at the largest number of its column. Rows are taken in the order of their keys, so that batches of several nodes wait for each other in a row and not in a ring.
    /// $1 network; $2 to $8 columns of the trades; $9 lengths of candles.
    /// </summary>
    public const string AddTrades = """
        WITH told AS (
            SELECT * FROM unnest($2::text[], $3::text[], $4::bigint[], $5::bigint[], $6::integer[], $7::bigint[], $8::bigint[]) AS t(id, market, sequence, at_ms, quantity, buy, sell)),
        fresh AS (
            INSERT INTO hyphamarket_trades(network, id, market, sequence, at_ms, quantity, buy_micros, sell_micros)
            SELECT $1, t.id, t.market, t.sequence, t.at_ms, t.quantity, t.buy, t.sell FROM told t
            WHERE NOT EXISTS (SELECT 1 FROM hyphamarket_trimmed d WHERE d.network = $1 AND (t.at_ms, t.sequence, t.id) <= (d.at_ms, d.sequence, d.id))
            ORDER BY t.id
            ON CONFLICT DO NOTHING
            RETURNING market, sequence, at_ms, quantity, sell_micros + (buy_micros - sell_micros) / 2 AS price)
        INSERT INTO hyphamarket_candles AS c
        SELECT $1, market, length, at_ms - at_ms % length,
            (array_agg(price ORDER BY sequence))[1], min(sequence), max(price), min(price), (array_agg(price ORDER BY sequence DESC))[1], max(sequence),
            sum(quantity), count(*), least(sum(price::numeric * quantity), 9223372036854775807)::bigint
        FROM fresh CROSS JOIN unnest($9::bigint[]) AS length
        GROUP BY market, length, at_ms - at_ms % length
        ORDER BY 2, 3, 4
        ON CONFLICT (network, market, interval_ms, start_ms) DO UPDATE SET
            open = CASE WHEN excluded.open_sequence < c.open_sequence THEN excluded.open ELSE c.open END, open_sequence = least(c.open_sequence, excluded.open_sequence),
            close = CASE WHEN excluded.close_sequence > c.close_sequence THEN excluded.close ELSE c.close END, close_sequence = greatest(c.close_sequence, excluded.close_sequence),
            high = greatest(c.high, excluded.high), low = least(c.low, excluded.low),
            units = c.units + excluded.units, trades = c.trades + excluded.trades,
            turnover = least(c.turnover::numeric + excluded.turnover, 9223372036854775807)::bigint
        """;

    /// <summary>$1 network, $2 node, $3 ids.</summary>
    public const string AddOwn = """
        INSERT INTO hyphamarket_own_trades(network, id, node)
        SELECT network, id, $2 FROM hyphamarket_trades WHERE network = $1 AND id = ANY($3::text[]) ORDER BY id
        ON CONFLICT DO NOTHING
        """;

    private const string Trades = """
        SELECT t.id, t.market, t.sequence, t.at_ms, t.quantity, t.buy_micros, t.sell_micros,
            EXISTS (SELECT 1 FROM hyphamarket_own_trades o WHERE o.network = t.network AND o.id = t.id AND o.node = $2)
        FROM hyphamarket_trades t WHERE t.network = $1 AND t.at_ms >= $3 AND t.at_ms < $4
        """;

    /// <summary>$1 network, $2 node, $3 since, $4 before, $5 limit.</summary>
    public const string SelectTrades = Trades + " ORDER BY t.at_ms DESC, t.sequence DESC LIMIT $5";

    /// <summary>As <see cref="SelectTrades"/>, and $6 market.</summary>
    public const string SelectTradesOfMarket = Trades + " AND t.market = $6 ORDER BY t.sequence DESC LIMIT $5";

    /// <summary>$1 network, $2 market, $3 length, $4 from, $5 limit.</summary>
    public const string SelectCandles = """
        SELECT start_ms, open, high, low, close, units, trades, turnover FROM hyphamarket_candles
        WHERE network = $1 AND market = $2 AND interval_ms = $3 AND start_ms >= $4 ORDER BY start_ms DESC LIMIT $5
        """;

    /// <summary>Writers wait for a trim, so that none takes a trade for new that is just being dropped; readers do not.</summary>
    public const string LockTrades = "LOCK TABLE hyphamarket_trades IN SHARE ROW EXCLUSIVE MODE";

    /// <summary>Of those beyond the bound it takes the oldest, and remembers the last of them. $1 network, $2 how many stay, $3 how many go at most.</summary>
    public const string TrimTrades = """
        WITH beyond AS (
            SELECT at_ms, sequence, id FROM hyphamarket_trades WHERE network = $1 ORDER BY at_ms DESC, sequence DESC, id DESC OFFSET $2 LIMIT 1),
        oldest AS (
            SELECT t.at_ms, t.sequence, t.id FROM hyphamarket_trades t, beyond b
            WHERE t.network = $1 AND (t.at_ms, t.sequence, t.id) <= (b.at_ms, b.sequence, b.id) ORDER BY t.at_ms, t.sequence, t.id LIMIT $3),
        last AS (
            SELECT at_ms, sequence, id FROM oldest ORDER BY at_ms DESC, sequence DESC, id DESC LIMIT 1),
        dropped AS (
            DELETE FROM hyphamarket_trades t USING last WHERE t.network = $1 AND (t.at_ms, t.sequence, t.id) <= (last.at_ms, last.sequence, last.id))
        INSERT INTO hyphamarket_trimmed SELECT $1, at_ms, sequence, id FROM last
        ON CONFLICT (network) DO UPDATE SET at_ms = excluded.at_ms, sequence = excluded.sequence, id = excluded.id
        """;

    /// <summary>$1 network, $2 now, $3 how many of each length stay, $4 how many go at most.</summary>
    public const string TrimCandles = """
        DELETE FROM hyphamarket_candles WHERE network = $1 AND (market, interval_ms, start_ms) IN (
            SELECT market, interval_ms, start_ms FROM hyphamarket_candles WHERE network = $1 AND start_ms < $2 - interval_ms * $3 ORDER BY start_ms LIMIT $4)
        """;
}
