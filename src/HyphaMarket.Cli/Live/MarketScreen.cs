using Spectre.Console;

using HyphaMarket.Cli.Client;
using HyphaMarket.Node.Api.Contracts;
using HyphaMarket.Node.Hosting;

namespace HyphaMarket.Cli.Live;

/// <summary>Keeps a market's picture on a terminal up to date, and says on it when the daemon is lost and when it is back.</summary>
internal sealed class MarketScreen(ApiClient api, IAnsiConsole console, ResumeOptions options, TimeProvider time)
{
    /// <summary>Trades behind the way prices went.</summary>
    private const int Trades = 60;

    /// <summary>Often enough for a clock of slots of half a second.</summary>
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(250);

    /// <summary>What is wrong with the stream; null while it flows. Set by the stream, shown at once.</summary>
    private volatile string? _notice;
    private volatile TaskCompletionSource _noticed = NewSignal();

    /// <param name="count">Quotes after which it ends.</param>
    public async Task RunAsync(string market, int count, CancellationToken stop)
    {
        var path = $"/v1/markets/{Uri.EscapeDataString(market)}";
        var clock = SlotClock.Of(await api.GetAsync("/v1/status", ApiJson.Default.NodeStatus, stop));
        var stream = new ResumingStream<QuoteView>(() => api.StreamAsync($"{path}/watch?levels={MarketPicture.Levels}", ApiJson.Default.QuoteView, stop), quote => quote.Slot, options, time)
        {
            OnLost = failure =>
            {
                _notice = $"Lost at {time.GetUtcNow():HH:mm:ss}, trying again: {failure.Error.Reason} What is shown is of before.";
                _noticed.TrySetResult();
            },
            OnBack = () => _notice = null,
        };
        await using var quotes = stream.ReadAsync(stop).GetAsyncEnumerator(stop);
        if (!await quotes.MoveNextAsync()) return;
        var picture = new MarketPicture(quotes.Current, await TradesAsync(path, [], stop), clock);
        await console.Live(picture.Render(time.GetUtcNow())).StartAsync(async context =>
        {
            var next = quotes.MoveNextAsync().AsTask();
            while (count > 1)
            {
                await Task.WhenAny(next, _noticed.Task, Task.Delay(Tick, time, stop));
                if (_noticed.Task.IsCompleted) _noticed = NewSignal();
                stop.ThrowIfCancellationRequested();
                if (next.IsCompleted)
                {
                    if (!await next) return;
                    count--;
                    picture = picture with { Quote = quotes.Current, Trades = await TradesAsync(path, picture.Trades, stop) };
                    if (count > 1) next = quotes.MoveNextAsync().AsTask();
                }

                context.UpdateTarget((picture with { Notice = _notice }).Render(time.GetUtcNow()));
            }

            // A reader is not disposed of while it reads.
            await ((Task)next).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        });
    }

    /// <summary>The trades of now; those of before where the daemon went between a quote and its trades, of which the stream tells.</summary>
    private async Task<IReadOnlyList<TradeView>> TradesAsync(string path, IReadOnlyList<TradeView> before, CancellationToken stop)
    {
        try
        {
            return await api.GetAsync($"{path}/trades?limit={Trades}", ApiJson.Default.IReadOnlyListTradeView, stop);
        }
        catch (CliException e) when (e.IsPassing())
        {
            return before;
        }
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
