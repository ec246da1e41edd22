using HyphaMarket.Node.Api;
using HyphaMarket.Node.Api.Contracts;
using HyphaMarket.Node.Api.Services;
using HyphaMarket.Node.Brokering;
using HyphaMarket.Node.Configuration;
using HyphaMarket.Node.Storage;
using Microsoft.Extensions.Hosting;

namespace HyphaMarket.Node.Hosting;

/// <summary>Drains and stops the daemon for the local API.</summary>
public sealed class NodeControl(NodeDrain drain, IOrderService orders, ILeaseService leases, NodeOptions options, IHostApplicationLifetime lifetime, BrokerService? brokering = null) : INodeControl
{
    public async Task<DrainView> DrainAsync(bool dryRun, CancellationToken cancellationToken)
    {
        if (!dryRun) drain.Begin();
        var cancelled = 0;
        foreach (var state in new[] { OrderState.Submitting, OrderState.Open, OrderState.Matched })
        {
            foreach (var order in await orders.ListAsync(state, History.MostRows, cancellationToken))
            {
                if (dryRun || await CancelAsync(order.Id, cancellationToken)) cancelled++;
            }
        }

        var left = brokering?.Rooms.Count(room => room.Status.Config is not null) ?? 0;
        if (brokering is not null && !dryRun) await brokering.LeaveAsync();
        return new DrainView { Cancelled = cancelled, LeftMarkets = left, ActiveLeases = (await leases.ListAsync("active", History.MostRows, cancellationToken)).Count };
    }

    public StopView Stop()
    {
        lifetime.StopApplication();
        return new StopView(Environment.ProcessId, options.StopWithin.TotalSeconds);
    }

    /// <summary>False for an order that ended meanwhile.</summary>
    private async Task<bool> CancelAsync(string order, CancellationToken cancellationToken)
    {
        try
        {
            await orders.CancelAsync(order, cancellationToken);
            return true;
        }
        catch (ApiException e) when (e.Failure is ApiFailure.Refused or ApiFailure.NotFound)
        {
            return false;
        }
    }
}
