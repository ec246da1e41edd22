using Spectre.Console;

using HyphaMarket.Cli.Client;
using HyphaMarket.Node.Api.Contracts;

namespace HyphaMarket.Cli.Live;

/// <summary>Keeps a market's picture on a terminal up to date until its stream ends.</summary>
internal sealed class MarketScreen(ApiClient api, IAnsiConsole console, TimeProvider time)
{
    /// <summary>Trades behind the way prices went.</summary>
    private const int Trades = 60;

    /// <summary>Often enough for a clock of slots of half a second.</summary>
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(250);

    public async Task RunAsync(string market, CancellationToken stop)
    {
        var path = $"/v1/markets/{Uri.EscapeDataString(market)}";
        var clock = SlotClock.Of(await api.GetAsync("/v1/status", ApiJson.Default.NodeStatus, stop));
        await using var quotes = api.StreamAsync($"{path}/watch?levels={MarketPicture.Levels}", ApiJson.Default.QuoteView, stop).GetAsyncEnumerator(stop);
        if (!await quotes.MoveNextAsync()) return;
        var picture = new MarketPicture(quotes.Current, await TradesAsync(path, stop), clock);
        await console.Live(picture.Render(time.GetUtcNow())).StartAsync(async context =>
        {
            var next = quotes.MoveNextAsync().AsTask();
            while (true)
            {
                await Task.WhenAny(next, Task.Delay(Tick, time, stop));
                stop.ThrowIfCancellationRequested();
                if (next.IsCompleted)
                {
                    if (!await next) return;
                    picture = picture with { Quote = quotes.Current, Trades = await TradesAsync(path, stop) };
                    next = quotes.MoveNextAsync().AsTask();
                }

                context.UpdateTarget(picture.Render(time.GetUtcNow()));
            }
        });
    }

    private Task<IReadOnlyList<TradeView>> TradesAsync(string path, CancellationToken stop) => api.GetAsync($"{path}/trades?limit={Trades}", ApiJson.Default.IReadOnlyListTradeView, stop);
}
