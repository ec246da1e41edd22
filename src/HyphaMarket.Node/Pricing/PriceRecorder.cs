using System.Threading.Channels;
using HyphaMarket.Brokerage.Brokers;
using HyphaMarket.Brokerage.Certificates;
using HyphaMarket.Market.Ids;
using HyphaMarket.Market.Slots;
using HyphaMarket.Node.Api.Contracts;
using HyphaMarket.Node.Api.Events;
using HyphaMarket.Node.Configuration;
using HyphaMarket.Node.Networking;
using HyphaMarket.Node.Storage.Prices;
using HyphaMarket.Wire.Messages;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace HyphaMarket.Node.Pricing;

/// <summary>Takes certified matches from the loops that learn of them and writes them down beside: no slot waits for this disk.</summary>
public sealed partial class PriceRecorder : IHostedService, IAsyncDisposable
{
    /// <summary>Slots that wait to be written. A slot comes every other second and is written in milliseconds: so many wait only for a disk that hangs, and then further ones are missing.</summary>
    private const int MaxWaiting = 1_024;

    /// <summary>Trades between two clearings of what is too old: a hundredth of what is kept by default.</summary>
    private const int TrimEvery = 1_000;

    private readonly IPriceStore _store;
    private readonly SlotSchedule _schedule;
    private readonly ParticipantId _self;
    private readonly EventHub _events;
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private readonly Channel<Func<IReadOnlyList<MarketTrade>>> _waiting = Channel.CreateBounded<Func<IReadOnlyList<MarketTrade>>>(new BoundedChannelOptions(MaxWaiting) { SingleReader = true });
    private Task _writing = Task.CompletedTask;
    private int _sinceTrim = TrimEvery;
    private bool _fails;

    public PriceRecorder(IPriceStore store, NetworkDefinition network, Libp2p.Identity.KeyPair keys, EventHub events, TimeProvider time, ILogger<PriceRecorder> log)
    {
        ArgumentNullException.ThrowIfNull(network);
        ArgumentNullException.ThrowIfNull(keys);
        (_store, _schedule, _self, _events, _time, _log) = (store, network.Schedule, keys.PeerId.ToParticipant(), events, time, log);
    }

    /// <summary>Every match of a certified slot. Returns at once.</summary>
    public void Note(CertifiedSlot slot)
    {
        ArgumentNullException.ThrowIfNull(slot);
        if (slot.Fills.Count > 0) Note(slot.Result.Slot, () => [.. slot.Fills.Select((fill, index) => TradeOf(slot.Result, fill, index))]);
    }

    /// <summary>One match whose certificate was checked. Returns at once.</summary>
    public void Note(FillCertificate certificate, FillVerification verified)
    {
        ArgumentNullException.ThrowIfNull(certificate);
        ArgumentNullException.ThrowIfNull(verified);
        if (verified.IsProven) Note(verified.Result!.Slot, () => [TradeOf(verified.Result!, verified.Fill!, (int)certificate.Index)]);
    }

    public Task StartAsync(CancellationToken cancellationToken)
    {
        _writing = WriteAsync();
        return Task.CompletedTask;
    }

    public async Task StopAsync(CancellationToken cancellationToken) => await DisposeAsync();

    /// <summary>Writes what waits.</summary>
    public async ValueTask DisposeAsync()
    {
        _waiting.Writer.TryComplete();
        await _writing;
    }

    /// <param name="trades">Made by the writer, since a slot has up to a thousand and the loop has votes to count.</param>
    private void Note(Slot slot, Func<IReadOnlyList<MarketTrade>> trades)
    {
        if (!_waiting.Writer.TryWrite(trades)) LogMissed(slot);
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

    private async Task WriteAsync()
    {
        await foreach (var first in _waiting.Reader.ReadAllAsync())
        {
            var trades = new List<MarketTrade>(first());
            // One transaction for what came meanwhile.
            while (trades.Count < TrimEvery && _waiting.Reader.TryRead(out var more)) trades.AddRange(more());
            Write(trades);
        }
    }

    private void Write(List<MarketTrade> trades)
    {
        try
        {
            _store.Add(trades);
            _sinceTrim += trades.Count;
            if (_sinceTrim >= TrimEvery)
            {
                _store.Trim(_time.GetUtcNow().ToUnixTimeMilliseconds());
                _sinceTrim = 0;
            }

            _fails = false;
        }
        catch (PriceStoreException e)
        {
            // Told once for a row of failures: each would say the same.
            if (_fails) return;
            _fails = true;
            LogFailed(e.Message);
            _events.Publish(new NodeEvent { Event = NodeEventKind.Warning, Reason = "history-failed", Message = $"{e.Message} What is traded meanwhile will be missing in the history of prices.", Hint = "Make room on the disk or mend it." });
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Trades of slot {Slot} are missing in the history of prices: its disk is too slow.")]
    private partial void LogMissed(Slot slot);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The history of prices cannot be written; nothing that was promised is touched: {Reason}")]
    private partial void LogFailed(string reason);
}
