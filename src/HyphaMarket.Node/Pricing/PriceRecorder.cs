using System.Threading.Channels;
using HyphaMarket.Brokerage.Brokers;
using HyphaMarket.Brokerage.Certificates;
using HyphaMarket.Market.Ids;
using HyphaMarket.Market.Slots;
using HyphaMarket.Node.Api.Events;
using HyphaMarket.Node.Configuration;
using HyphaMarket.Node.Networking;
using HyphaMarket.Node.Storage.Prices;
using HyphaMarket.Node.Telemetry;
using HyphaMarket.Wire.Messages;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace HyphaMarket.Node.Pricing;

/// <summary>Takes certified matches from the loops that learn of them and writes them down beside: no slot waits for this database.</summary>
/// <remarks>
/// While the database cannot be written, trades wait here up to a bound, and are tried again at growing intervals. What finds no room, and what a stop finds unwritten, is missing
/// in the history: it is counted (<see cref="MetricCatalogue.HistoryMissed"/>), logged and told among the events.
/// </remarks>
public sealed class PriceRecorder : IHostedService, IAsyncDisposable
{
    /// <summary>Trades that wait to be written: 12 MB of them, an hour of five trades a second.</summary>
    public const int MaxWaiting = 20_000;

    /// <summary>Slots whose trades were not made yet, which takes the reader microseconds: so many wait only where this process gets no processor.</summary>
    private const int MaxSlots = 1_024;

    /// <summary>Trades of one transaction, so that none lasts long.</summary>
    private const int MaxBatch = 1_000;

    /// <summary>Trades between two clearings of what is too old: a hundredth of what is kept by default.</summary>
    private const int TrimEvery = 1_000;

    /// <summary>A database that is started anew is back in seconds; one that is down for the night is asked once a minute.</summary>
    private static readonly TimeSpan s_firstPause = TimeSpan.FromSeconds(1), s_longestPause = TimeSpan.FromMinutes(1);

    private readonly IPriceStore _store;
    private readonly SlotSchedule _schedule;
    private readonly ParticipantId _self;
    private readonly TimeProvider _time;
    private readonly HistoryTrouble _trouble;
    private readonly Channel<(int Count, Func<IReadOnlyList<MarketTrade>> Trades)> _slots = Channel.CreateBounded<(int, Func<IReadOnlyList<MarketTrade>>)>(new BoundedChannelOptions(MaxSlots) { SingleReader = true });
    private readonly Channel<MarketTrade> _trades = Channel.CreateBounded<MarketTrade>(new BoundedChannelOptions(MaxWaiting) { SingleReader = true, SingleWriter = true });
    private readonly CancellationTokenSource _stopping = new();
    private readonly CancellationTokenSource _giveUp = new();
    private Task _working = Task.CompletedTask;
    private int _sinceTrim = TrimEvery;
    private DateTimeOffset _trimNotBefore;
    private int _batch;
    private int _isDisposed;

    public PriceRecorder(IPriceStore store, NetworkDefinition network, Libp2p.Identity.KeyPair keys, EventHub events, NodeMetrics metrics, TimeProvider time, ILogger<PriceRecorder> log)
    {
        ArgumentNullException.ThrowIfNull(network);
        ArgumentNullException.ThrowIfNull(keys);
        (_store, _schedule, _self, _time, _trouble) = (store, network.Schedule, keys.PeerId.ToParticipant(), time, new HistoryTrouble(events, metrics, log));
    }

    /// <summary>Why trades cannot be written now, or old ones not dropped; null while they can.</summary>
    public string? Fault => _trouble.Fault;

    /// <summary>Trades that wait to be written.</summary>
    public int Waiting => _trades.Reader.Count + Volatile.Read(ref _batch);

    /// <summary>Every match of a certified slot. Returns at once.</summary>
    public void Note(CertifiedSlot slot)
    {
        ArgumentNullException.ThrowIfNull(slot);
        if (slot.Fills.Count > 0) Note(slot.Fills.Count, () => [.. slot.Fills.Select((fill, index) => TradeOf(slot.Result, fill, index))]);
    }

    /// <summary>One match whose certificate was checked. Returns at once.</summary>
    public void Note(FillCertificate certificate, FillVerification verified)
    {
        ArgumentNullException.ThrowIfNull(certificate);
        ArgumentNullException.ThrowIfNull(verified);
        if (verified.IsProven) Note(1, () => [TradeOf(verified.Result!, verified.Fill!, (int)certificate.Index)]);
    }

    /// <summary>Opens the database.</summary>
    /// <exception cref="Hosting.FatalException">It cannot be used.</exception>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        await _store.OpenAsync(cancellationToken);
        _working = Task.WhenAll(MakeAsync(), WriteAsync());
    }

    /// <summary>Writes what waits, with one attempt where the database is down.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        using var hurry = cancellationToken.UnsafeRegister(static recorder => ((PriceRecorder)recorder!)._giveUp.Cancel(), this);
        _slots.Writer.TryComplete();
        await _stopping.CancelAsync();
        await _working;
    }

    public async ValueTask DisposeAsync()
    {
        // The container knows it under several names, and disposes of each.
        if (Interlocked.Exchange(ref _isDisposed, 1) == 1) return;
        await StopAsync(CancellationToken.None);
        _stopping.Dispose();
        _giveUp.Dispose();
    }

    /// <param name="trades">Made beside, since a slot has up to a thousand and the loop has votes to count.</param>
    internal void Note(int count, Func<IReadOnlyList<MarketTrade>> trades)
    {
        if (!_slots.Writer.TryWrite((count, trades))) _trouble.Missed(count, "they come faster than they can be taken");
    }

    /// <summary>The first leg is the buyer's, the last the seller's; what several legs of a later product cost is theirs to tell.</summary>
    private MarketTrade TradeOf(SlotResult result, FillBody fill, int index) => new()
    {
        Id = result.MatchIdOf(index).ToString(),
        Market = result.Market.ToString(),
        Slot = result.Slot.Value,
        Index = index,
        AtMs = _schedule.StartOf(result.Slot).UnixMs,
        Quantity = (int)fill.Quantity,
        BuyPriceMicros = fill.Legs[0].PriceMicros,
        SellPriceMicros = fill.Legs[^1].PriceMicros,
        Own = fill.Legs.Any(leg => leg.Owner.Span.SequenceEqual(_self.Span)),
    };

    /// <summary>Keeps of each slot only its trades, which are small, for as long as they wait.</summary>
    private async Task MakeAsync()
    {
        try
        {
            await foreach (var (count, made) in _slots.Reader.ReadAllAsync()) Make(count, made);
        }
        finally
        {
            // Whatever happens here, the writer comes to its end, and a stop with it.
            _trades.Writer.Complete();
        }
    }

    private void Make(int count, Func<IReadOnlyList<MarketTrade>> made)
    {
        IReadOnlyList<MarketTrade> trades;
        try
        {
            trades = made();
        }
        catch (Exception e)
        {
            // A slot that cannot be told costs its own trades, and not those of all slots to come.
            _trouble.Unmade(e, count);
            return;
        }

        var missed = trades.Count(trade => !_trades.Writer.TryWrite(trade));
        if (missed > 0) _trouble.Missed(missed, $"{MaxWaiting} others wait already");
    }

    private async Task WriteAsync()
    {
        var batch = new List<MarketTrade>();
        while (await _trades.Reader.WaitToReadAsync())
        {
            // One transaction for what came meanwhile.
            while (batch.Count < MaxBatch && _trades.Reader.TryRead(out var more)) batch.Add(more);
            Volatile.Write(ref _batch, batch.Count);
            await WriteAsync(batch);
            var written = batch.Count;
            batch.Clear();
            Volatile.Write(ref _batch, 0);
            await TrimAsync(written);
        }
    }

    /// <summary>Returns when the trades are written, or will never be.</summary>
    private async Task WriteAsync(List<MarketTrade> trades)
    {
        for (var pause = s_firstPause; ; pause = pause * 2 < s_longestPause ? pause * 2 : s_longestPause)
        {
            try
            {
                await _store.AddAsync(trades, _giveUp.Token);
                // A trim may have failed for the same reason.
                if (_trouble.Written()) _trimNotBefore = default;
                return;
            }
            catch (PriceStoreException e) when (e.IsOfTheTrades)
            {
                if (trades.Count > 1) await WriteHalvesAsync(trades);
                else _trouble.Missed(1, e.Message);
                return;
            }
            catch (OperationCanceledException) when (_giveUp.IsCancellationRequested)
            {
                // The stop has no more time.
            }
            catch (Exception e)
            {
                _trouble.Unwritten(_trouble.AsFailure(e), MaxWaiting);
            }

            if (_stopping.IsCancellationRequested)
            {
                // What waits behind gets no attempt of its own.
                await _giveUp.CancelAsync();
                _trouble.Missed(trades.Count, "the node stops and they could not be written");
                return;
            }

            await PauseAsync(pause);
        }
    }

    /// <summary>One trade that the database refuses costs no other: halves are tried until it is alone, which takes some twenty attempts of a full batch.</summary>
    private async Task WriteHalvesAsync(List<MarketTrade> trades)
    {
        var half = trades.Count / 2;
        await WriteAsync(trades[..half]);
        await WriteAsync(trades[half..]);
    }

    /// <summary>What is too old may stay until the next time: trades are written whether or not others can be dropped.</summary>
    private async Task TrimAsync(int written)
    {
        _sinceTrim += written;
        var now = _time.GetUtcNow();
        if (_sinceTrim < TrimEvery || now < _trimNotBefore || _trouble.IsUnwritten) return;
        try
        {
            await _store.TrimAsync(now.ToUnixTimeMilliseconds(), _giveUp.Token);
            _sinceTrim = 0;
            _trouble.Trimmed();
        }
        catch (OperationCanceledException) when (_giveUp.IsCancellationRequested)
        {
            // The stop has no more time.
        }
        catch (Exception e)
        {
            // What took too long shall not take as long again before each batch.
            _trimNotBefore = now + s_longestPause;
            _trouble.Untrimmed(_trouble.AsFailure(e));
        }
    }

    private async Task PauseAsync(TimeSpan pause)
    {
        try
        {
            await Task.Delay(pause, _time, _stopping.Token);
        }
        catch (OperationCanceledException)
        {
            // The last attempt is made at once.
        }
    }
}
