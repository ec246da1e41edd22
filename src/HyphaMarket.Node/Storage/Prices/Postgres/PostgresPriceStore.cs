using Npgsql;

using HyphaMarket.Node.Api.Contracts;
using HyphaMarket.Node.Configuration;
using HyphaMarket.Node.Hosting;

namespace HyphaMarket.Node.Storage.Prices.Postgres;

/// <summary>Prices in a PostgreSQL database that any number of nodes write together: what many tell is kept once.</summary>
public sealed class PostgresPriceStore : IPriceStore
{
    /// <summary>Trades of one statement: 400 KB on their way.</summary>
    private const int MaxRows = 1_000;

    /// <summary>After a failure, reads fail at once for so long: pages that ask again and again shall not each wait for a server that is gone.</summary>
    private static readonly TimeSpan s_rest = TimeSpan.FromSeconds(5);

    private readonly PostgresAddress _address;
    private readonly string _network;
    private readonly string _node;
    private readonly HistoryOptions _options;
    private readonly TimeProvider _time;
    private readonly NpgsqlDataSource _source;
    private volatile Failure? _latest;

    /// <param name="address">A connection string without problems; see <see cref="PostgresAddress.Problems"/>.</param>
    /// <param name="network">The network whose trades these are.</param>
    /// <param name="node">The peer id of the node, which tells its own trades.</param>
    public PostgresPriceStore(string address, string network, string node, HistoryOptions options, TimeProvider time)
    {
        (_address, _network, _node, _options, _time) = (PostgresAddress.Parse(address), network, node, options, time);
        _source = _address.Source();
    }

    public async Task OpenAsync(CancellationToken cancellationToken)
    {
        try
        {
            _address.CheckPassfile();
            await using var connection = await _source.OpenConnectionAsync(cancellationToken);
            await PostgresSchema.MigrateAsync(connection, _address, cancellationToken);
        }
        catch (Exception e) when (PostgresFailure.Is(e, cancellationToken))
        {
            throw PostgresFailure.AtStart(_address, e);
        }
    }

    public Task AddAsync(IReadOnlyList<MarketTrade> trades, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(trades);
        return trades.Count == 0 ? Task.CompletedTask : InTransactionAsync(async connection =>
        {
            foreach (var rows in trades.Chunk(MaxRows))
            {
                await using (var add = Command(connection, PostgresPrices.AddTrades, _network))
                {
                    AddColumn(add, rows, trade => trade.Id);
                    AddColumn(add, rows, trade => trade.Market);
                    AddColumn(add, rows, trade => trade.Sequence);
                    AddColumn(add, rows, trade => trade.AtMs);
                    AddColumn(add, rows, trade => trade.Quantity);
                    AddColumn(add, rows, trade => trade.BuyPriceMicros);
                    AddColumn(add, rows, trade => trade.SellPriceMicros);
                    AddColumn(add, CandleInterval.All, interval => interval.LengthMs);
                    await add.ExecuteNonQueryAsync(cancellationToken);
                }

                var own = rows.Where(trade => trade.Own).ToArray();
                if (own.Length == 0) continue;
                await using var mark = Command(connection, PostgresPrices.AddOwn, _network, _node);
                AddColumn(mark, own, trade => trade.Id);
                await mark.ExecuteNonQueryAsync(cancellationToken);
            }
        }, cancellationToken);
    }

    public Task<IReadOnlyList<MarketTrade>> ListTradesAsync(string? market, long sinceMs, long beforeMs, int limit, CancellationToken cancellationToken) => ReadAsync<MarketTrade>(connection =>
    {
        var select = Command(connection, market is null ? PostgresPrices.SelectTrades : PostgresPrices.SelectTradesOfMarket, _network, _node);
        Add(select, sinceMs);
        Add(select, beforeMs);
        Add(select, limit);
        if (market is not null) Add(select, market);
        return select;
    }, PriceRows.Trade, cancellationToken);

    public async Task<IReadOnlyList<Candle>> ListCandlesAsync(string market, CandleInterval interval, long fromMs, int limit, CancellationToken cancellationToken)
    {
        var candles = await ReadAsync(connection =>
        {
            var select = Command(connection, PostgresPrices.SelectCandles, _network, market);
            Add(select, interval.LengthMs);
            Add(select, fromMs);
            Add(select, limit);
            return select;
        }, PriceRows.Candle, cancellationToken);
        return [.. candles.Reverse()];
    }

    public Task TrimAsync(long nowMs, CancellationToken cancellationToken) => InTransactionAsync(async connection =>
    {
        await using var take = Command(connection, PostgresPrices.LockTrades);
        await take.ExecuteNonQueryAsync(cancellationToken);
        await using var trades = Command(connection, PostgresPrices.TrimTrades, _network);
        Add(trades, _options.Trades);
        Add(trades, IPriceStore.DroppedAtOnce);
        await trades.ExecuteNonQueryAsync(cancellationToken);
        await using var candles = Command(connection, PostgresPrices.TrimCandles, _network);
        Add(candles, nowMs);
        Add(candles, (long)_options.Candles);
        Add(candles, IPriceStore.DroppedAtOnce);
        await candles.ExecuteNonQueryAsync(cancellationToken);
    }, cancellationToken);

    public ValueTask DisposeAsync() => _source.DisposeAsync();

    /// <summary>Looks whether a node could use a database, and changes nothing there.</summary>
    internal static async Task<CheckView> CheckAsync(string text, CancellationToken stop)
    {
        const string Name = "history";
        await using var store = new PostgresPriceStore(text, "", "", new HistoryOptions(), TimeProvider.System);
        try
        {
            store._address.CheckPassfile();
            await using var connection = await store._source.OpenConnectionAsync(stop);
            var version = await PostgresSchema.ReadAsync(connection, stop);
            PostgresSchema.Check(version, store._address);
            return CheckView.Ok(Name, $"PostgreSQL {connection.ServerVersion} answers, {store._address}; {(version == 0 ? "the tables are made when the node starts" : $"its tables have version {version}")}.");
        }
        catch (FatalException e)
        {
            return CheckView.Failed(Name, e.Problems[0]);
        }
        catch (Exception e) when (PostgresFailure.Is(e, stop))
        {
            return CheckView.Failed(Name, PostgresFailure.AtStart(store._address, e).Problems[0]);
        }
    }

    private async Task InTransactionAsync(Func<NpgsqlConnection, Task> act, CancellationToken stop)
    {
        try
        {
            await using var connection = await _source.OpenConnectionAsync(stop);
            await using var transaction = await connection.BeginTransactionAsync(stop);
            await act(connection);
            await transaction.CommitAsync(stop);
            _latest = null;
        }
        catch (Exception e) when (PostgresFailure.Is(e, stop))
        {
            throw Note(e);
        }
    }

    private async Task<IReadOnlyList<T>> ReadAsync<T>(Func<NpgsqlConnection, NpgsqlCommand> ask, Func<NpgsqlDataReader, T> read, CancellationToken stop)
    {
        if (_latest is { } failure && _time.GetElapsedTime(failure.At) < s_rest) throw new PriceStoreException(failure.Cause.Message, failure.Cause) { Fix = failure.Cause.Fix };
        try
        {
            await using var connection = await _source.OpenConnectionAsync(stop);
            await using var select = ask(connection);
            await using var row = await select.ExecuteReaderAsync(stop);
            var rows = new List<T>();
            while (await row.ReadAsync(stop)) rows.Add(read(row));
            _latest = null;
            return rows;
        }
        catch (Exception e) when (PostgresFailure.Is(e, stop))
        {
            throw Note(e);
        }
    }

    private PriceStoreException Note(Exception e)
    {
        var cause = PostgresFailure.Now(_address, e);
        if (!cause.IsOfTheTrades) _latest = new Failure(_time.GetTimestamp(), cause);
        return cause;
    }

    private static NpgsqlCommand Command(NpgsqlConnection connection, string sql, params ReadOnlySpan<string> texts)
    {
        // The texts are constants of PostgresPrices; values come as parameters.
#pragma warning disable CA2100
        var command = new NpgsqlCommand(sql, connection);
#pragma warning restore CA2100
        foreach (var text in texts) Add(command, text);
        return command;
    }

    private static void Add<T>(NpgsqlCommand command, T value) => command.Parameters.Add(new NpgsqlParameter<T> { TypedValue = value });

    private static void AddColumn<TRow, T>(NpgsqlCommand command, IEnumerable<TRow> rows, Func<TRow, T> value) => Add(command, rows.Select(value).ToArray());

    /// <summary>A failure of the database, by the clock of <see cref="_time"/>.</summary>
    private sealed record Failure(long At, PriceStoreException Cause);
}
