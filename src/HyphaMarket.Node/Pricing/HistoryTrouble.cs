using HyphaMarket.Node.Api.Contracts;
using HyphaMarket.Node.Api.Events;
using HyphaMarket.Node.Storage.Prices;
using HyphaMarket.Node.Telemetry;
using Microsoft.Extensions.Logging;

namespace HyphaMarket.Node.Pricing;

/// <summary>What is wrong with the history of prices now, and how that is told: in the log, among the events, by the node's health, and as a count of trades that will be missing. A row of failures is told once.</summary>
internal sealed partial class HistoryTrouble(EventHub events, NodeMetrics metrics, ILogger log)
{
    private readonly ILogger _log = log;
    private long _missed;
    private int _isMissing;
    private volatile string? _unwritten, _untrimmed;

    /// <summary>Why trades cannot be written now, or old ones not dropped; null while they can.</summary>
    public string? Fault => _unwritten ?? _untrimmed;

    /// <summary>Trades cannot be written now.</summary>
    public bool IsUnwritten => _unwritten is not null;

    /// <summary>What a store tells in no words of its own is a failure as others: nobody waits for the writer, and a history that stands still in silence would look like a market that does.</summary>
    public PriceStoreException AsFailure(Exception e)
    {
        if (e is PriceStoreException known) return known;
        LogUnknown(e);
        return new PriceStoreException($"The history of prices failed in a way that this program does not know: {e.Message}", e) { Fix = "See the node's log." };
    }

    public void Unwritten(PriceStoreException e, int mostWaiting)
    {
        var isNew = _unwritten is null;
        _unwritten = $"{e.Message} {e.Fix}";
        if (!isNew) return;
        LogFailed(e.Message);
        Warn($"{e.Message} Up to {mostWaiting} trades wait until it can be written again; further ones will be missing in the history of prices.", e.Fix);
    }

    /// <returns>False where trades could be written before.</returns>
    public bool Written()
    {
        Volatile.Write(ref _isMissing, 0);
        if (_unwritten is null) return false;
        _unwritten = null;
        LogWorksAgain(Interlocked.Read(ref _missed));
        return true;
    }

    public void Untrimmed(PriceStoreException e)
    {
        var isNew = _untrimmed is null;
        _untrimmed = $"Trades are written, but old ones cannot be dropped: {e.Message} {e.Fix}";
        if (!isNew) return;
        LogUntrimmed(e.Message);
        Warn($"Old trades cannot be dropped from the history of prices, which grows until they are: {e.Message}", e.Fix);
    }

    public void Trimmed() => _untrimmed = null;

    /// <summary>Trades will be missing: counted always.</summary>
    public void Missed(int count, string why)
    {
        metrics.HistoryMissed(count);
        Interlocked.Add(ref _missed, count);
        if (Interlocked.Exchange(ref _isMissing, 1) == 1) return;
        LogMissed(count, why);
        Warn($"{count} trades will be missing in the history of prices: {why}.", "See the node's log and the database; nothing that was promised is touched.");
    }

    /// <summary>A certified slot cannot be told; its trades will be missing.</summary>
    public void Unmade(Exception e, int count)
    {
        LogUnmade(e);
        Missed(count, $"they cannot be read from their slot ({e.Message})");
    }

    private void Warn(string message, string hint) => events.Publish(new NodeEvent { Event = NodeEventKind.Warning, Reason = "history-failed", Message = message, Hint = hint });

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Count} trades will be missing in the history of prices: {Reason}.")]
    private partial void LogMissed(int count, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The history of prices cannot be written; nothing that was promised is touched: {Reason}")]
    private partial void LogFailed(string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Old trades cannot be dropped from the history of prices, which grows until they are: {Reason}")]
    private partial void LogUntrimmed(string reason);

    [LoggerMessage(Level = LogLevel.Error, Message = "The history of prices failed in a way that this program does not know.")]
    private partial void LogUnknown(Exception exception);

    [LoggerMessage(Level = LogLevel.Error, Message = "The trades of a certified slot cannot be read from it.")]
    private partial void LogUnmade(Exception exception);

    [LoggerMessage(Level = LogLevel.Information, Message = "The history of prices is written again. Since the node started, {Missed} trades could not be kept.")]
    private partial void LogWorksAgain(long missed);
}
