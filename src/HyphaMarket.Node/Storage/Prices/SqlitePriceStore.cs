using Microsoft.Data.Sqlite;

using HyphaMarket.Node.Configuration;

namespace HyphaMarket.Node.Storage.Prices;

/// <summary>Prices in a SQLite file of their own, opened at the first use: a node that sees no trade spends nothing on it.</summary>
public sealed class SqlitePriceStore(string path, HistoryOptions options) : IPriceStore
{
    /// <summary>Of this file; a file of another version is refused, since nothing tells what is in it.</summary>
    private const int Version = 1;

    /// <summary>SQLite's SQLITE_CONSTRAINT, SQLITE_MISMATCH and SQLITE_TOOBIG: the value does not fit its column, and will not the next time either.</summary>
    private const int Constraint = 19, Mismatch = 20, TooBig = 18;

    private readonly Lock _gate = new();
    private SqliteConnection? _connection;
    private bool _isClosed;

    /// <summary>Nothing to do: the file is opened at the first use, and a node that cannot write it is told of by what it could not write.</summary>
    public Task OpenAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task AddAsync(IReadOnlyList<MarketTrade> trades, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(trades);
        if (trades.Count == 0) return Task.CompletedTask;
        return Use(create: true, false, connection =>
        {
            using var transaction = connection.BeginTransaction();
            using var insert = Prepare(connection, SqlitePrices.InsertTrade, transaction, "$id", "$market", "$sequence", "$at", "$quantity", "$buy", "$sell", "$own");
            using var own = Prepare(connection, SqlitePrices.MarkOwn, transaction, "$id");
            using var fold = Prepare(connection, SqlitePrices.FoldCandle, transaction, "$market", "$interval", "$start", "$price", "$sequence", "$quantity", "$turnover");
            foreach (var trade in trades)
            {
                Set(insert, trade.Id, trade.Market, trade.Sequence, trade.AtMs, trade.Quantity, trade.BuyPriceMicros, trade.SellPriceMicros, trade.Own ? 1 : 0);
                if (insert.ExecuteNonQuery() == 0)
                {
                    // A broker of a market learns of the certificate before the party of it does, which may be the same node.
                    if (!trade.Own) continue;
                    Set(own, trade.Id);
                    own.ExecuteNonQuery();
                    continue;
                }

                foreach (var interval in CandleInterval.All)
                {
                    Set(fold, trade.Market, interval.LengthMs, interval.StartOf(trade.AtMs), trade.PriceMicros, trade.Sequence, trade.Quantity, trade.TurnoverMicros);
                    fold.ExecuteNonQuery();
                }
            }

            transaction.Commit();
            return true;
        });
    }

    public Task<IReadOnlyList<MarketTrade>> ListTradesAsync(string? market, long sinceMs, long beforeMs, int limit, CancellationToken cancellationToken) => Use<IReadOnlyList<MarketTrade>>(create: false, [], connection =>
    {
        using var select = Prepare(connection, market is null ? SqlitePrices.SelectTrades : SqlitePrices.SelectTradesOfMarket, null, "$market", "$since", "$before", "$limit");
        Set(select, market ?? "", sinceMs, beforeMs, limit);
        using var row = select.ExecuteReader();
        var trades = new List<MarketTrade>();
        while (row.Read()) trades.Add(PriceRows.Trade(row));
        return trades;
    });

    public Task<IReadOnlyList<Candle>> ListCandlesAsync(string market, CandleInterval interval, long fromMs, int limit, CancellationToken cancellationToken) => Use<IReadOnlyList<Candle>>(create: false, [], connection =>
    {
        using var select = Prepare(connection, SqlitePrices.SelectCandles, null, "$market", "$interval", "$from", "$limit");
        Set(select, market, interval.LengthMs, fromMs, limit);
        using var row = select.ExecuteReader();
        var candles = new List<Candle>();
        while (row.Read()) candles.Add(PriceRows.Candle(row));
        candles.Reverse();
        return candles;
    });

    public Task TrimAsync(long nowMs, CancellationToken cancellationToken) => Use(create: false, false, connection =>
    {
        using var transaction = connection.BeginTransaction();
        using var trades = Prepare(connection, SqlitePrices.TrimTrades, transaction, "$most", "$atonce");
        Set(trades, options.Trades, IPriceStore.DroppedAtOnce);
        trades.ExecuteNonQuery();
        using var candles = Prepare(connection, SqlitePrices.TrimCandles, transaction, "$now", "$most", "$atonce");
        Set(candles, nowMs, options.Candles, IPriceStore.DroppedAtOnce);
        candles.ExecuteNonQuery();
        transaction.Commit();
        return true;
    });

    public ValueTask DisposeAsync()
    {
        lock (_gate)
        {
            _isClosed = true;
            _connection?.Dispose();
            return ValueTask.CompletedTask;
        }
    }

    /// <summary>Does something with the open file, at once: SQLite does not wait for anybody, and a call takes milliseconds.</summary>
    /// <param name="nothing">The answer where there is no file, which would be empty.</param>
    private Task<T> Use<T>(bool create, T nothing, Func<SqliteConnection, T> use)
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_isClosed, this);
            try
            {
                if (_connection is null && !create && !File.Exists(path)) return Task.FromResult(nothing);
                return Task.FromResult(use(_connection ??= Open()));
            }
            catch (PriceStoreException e)
            {
                return Task.FromException<T>(e);
            }
            catch (SqliteException e)
            {
                return Task.FromException<T>(new PriceStoreException($"The prices in {path} cannot be read or written: {e.Message}", e) { IsOfTheTrades = e.SqliteErrorCode is Constraint or Mismatch or TooBig });
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                return Task.FromException<T>(new PriceStoreException($"The prices in {path} cannot be read or written: {e.Message}", e));
            }
        }
    }

    private SqliteConnection Open()
    {
        var connection = new SqliteConnection(SqliteFile.ConnectionString(path));
        try
        {
            connection.Open();
            SqliteFile.Execute(connection, "PRAGMA journal_mode = WAL");
            // The last moments may be lost at a power cut; brokers and parties of a match keep it elsewhere.
            SqliteFile.Execute(connection, "PRAGMA synchronous = NORMAL");
            // 256 KiB: an idle node shall not keep pages of a history that nobody asks for.
            SqliteFile.Execute(connection, "PRAGMA cache_size = -256");
            var version = SqliteFile.Scalar(connection, "PRAGMA user_version");
            if (version > Version) throw new PriceStoreException($"The prices in {path} have version {version}, and this program knows version {Version}: a newer program has written them. Move the file aside; nothing that the node promised is in it.");
            SqliteFile.Execute(connection, SqlitePrices.Create);
            SqliteFile.Execute(connection, $"PRAGMA user_version = {Version}");
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    private static SqliteCommand Prepare(SqliteConnection connection, string sql, SqliteTransaction? transaction, params ReadOnlySpan<string> names)
    {
        var command = connection.CreateCommand();
        command.Transaction = transaction;
        // The texts are the constants of SqlitePrices; values come as parameters.
#pragma warning disable CA2100
        command.CommandText = sql;
#pragma warning restore CA2100
        foreach (var name in names) command.Parameters.Add(new SqliteParameter { ParameterName = name });
        return command;
    }

    private static void Set(SqliteCommand command, params ReadOnlySpan<object> values)
    {
        for (var i = 0; i < values.Length; i++) command.Parameters[i].Value = values[i];
    }
}
