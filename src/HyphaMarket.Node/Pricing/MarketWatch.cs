using HyphaMarket.Brokerage.Certificates;
using HyphaMarket.Market.Ids;
using HyphaMarket.Node.Trading;
using HyphaMarket.Wire.Messages;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace HyphaMarket.Node.Pricing;

/// <summary>Follows every match of the markets that the operator wants to know of: "the public tape", told by f + 1 brokers and checked here.</summary>
public sealed class MarketWatch(TraderSurroundings node, MarketSight sight, TimeProvider time, ILogger<MarketWatch> log) : IHostedService, IAsyncDisposable
{
    private readonly CancellationTokenSource _stopping = new();
    private Task _watching = Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        _watching = Task.WhenAll(sight.Watched.Select(market => Task.Run(() => WatchAsync(market, _stopping.Token), CancellationToken.None)));
        return Task.CompletedTask;
    }

    public async Task StopAsync(CancellationToken cancellationToken) => await DisposeAsync();

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _watching;
    }

    private async Task WatchAsync(MarketId market, CancellationToken stop)
    {
        // As often as a heartbeat comes.
        var pause = TimeSpan.FromMilliseconds(2 * node.Schedule.LengthMs);
        try
        {
            while (true)
            {
                if (await node.Brokers.WaitAsync(market, stop) is not { } config)
                {
                    await Task.Delay(pause, time, stop);
                    continue;
                }

                var isOld = 0;
                await using var watch = new WatchClient(
                    node.Network, node.Markets.RulesOf(market)!, config,
                    news =>
                    {
                        if (news.Epoch > config.Epoch) Interlocked.Exchange(ref isOld, 1);
                        foreach (var notice in news.Fills) OnFill(notice);
                    },
                    () => Interlocked.Exchange(ref isOld, 1), time, log, all: true);
                watch.Start();
                while (node.Brokers.Known(market) is not { } known || known.Id == config.Id)
                {
                    await Task.Delay(pause, time, stop);
                    // A broken stream or a later epoch: there may be another set.
                    if (Interlocked.Exchange(ref isOld, 0) == 1) await node.Brokers.FollowAsync(market, stop);
                }
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // The node is stopping.
        }
    }

    /// <summary>What no quorum signed is nobody's trade.</summary>
    private void OnFill(FillNotice notice)
    {
        if (notice.Certificate is null || !SlotResult.TryParse(notice.Certificate, out var result) || node.Brokers.Known(result.Config, result.Slot) is not { } config) return;
        node.Prices.Note(notice.Certificate, FillCertificates.Verify(node.NetworkId, config, notice.Certificate, node.Verifier));
    }
}
