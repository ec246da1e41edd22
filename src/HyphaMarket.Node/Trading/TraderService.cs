using HyphaMarket.Libp2p.Hosting;
using HyphaMarket.Libp2p.RequestResponse;
using HyphaMarket.Node.Api.Contracts;
using HyphaMarket.Node.Api.Services;
using HyphaMarket.Node.Configuration;
using HyphaMarket.Node.Networking;
using HyphaMarket.Node.Telemetry;
using HyphaMarket.Node.Trading.Checking;
using HyphaMarket.Wire.Messages;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace HyphaMarket.Node.Trading;

/// <summary>The trader's protocols on the network: settle, lease, tunnel, check.</summary>
public sealed class TraderService(TraderSurroundings surroundings, TunnelServer tunnels, CheckServer checks, LiveOptions live, TimeProvider time, ILoggerFactory logs)
    : IHostedService, IStatusContributor, IGaugeSource, ILivenessCheck, IAsyncDisposable
{
    /// <summary>Settlements served at a time, each a stream that waits up to 30 s for its next step; a further one is reset, and its buyer tries again.</summary>
    private const int MaxSettling = 1_024;

    /// <summary>Of these, with one buyer: a burst of fills of one scheduler.</summary>
    private const int MaxSettlingPerPeer = 128;

    private readonly byte[] _network = surroundings.NetworkId.Value.ToArray();
    private IReadOnlyDictionary<Market.Ids.MarketId, long> _marketBudgets = surroundings.SettlementOptions.MarketBudgets;
    private volatile int _openOrders;
    private volatile int _activeLeases;

    /// <summary>The loop around this node's orders and leases.</summary>
    public TraderRoom Room { get; } = new(surroundings, time, logs.CreateLogger<TraderRoom>());

    /// <inheritdoc/>
    public string Name => "orders and leases";

    /// <inheritdoc/>
    public Task AnswerAsync(CancellationToken within) => Room.AnswerAsync(within);

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        Room.Restore();
        live.Changed += OnOptionsChanged;
        var network = surroundings.Network;
        network.Host.Handle(
            MarketProtocols.Settle,
            (stream, stop) => SettleStream.ServeAsync(stream, (request, token) => Room.OnSettleAsync(stream.Peer.ToParticipant(), request, token), stop),
            new StreamLimits(MaxSettling, MaxSettlingPerPeer) { AllowLimited = true });
        network.Rpc.Serve(
            MarketProtocols.Lease,
            LeaseRequest.Parser,
            new ServeOptions { MaxRequestBytes = MarketProtocols.MaxSmallMessage, AllowLimited = true },
            async (from, request, token) => request.Network.Span.SequenceEqual(_network)
                ? await Room.OnLeaseAsync(from, request, token)
                : new LeaseResponse { Refused = new SettleRefusal { Code = "wrong-network", Detail = "This node is in another network." } });
        network.Host.Handle(MarketProtocols.Tunnel, (stream, stop) => tunnels.ServeAsync(stream, Room, stop));
        checks.Serve(Room);
        await RefreshAsync(cancellationToken);
    }

    public async Task StopAsync(CancellationToken cancellationToken) => await DisposeAsync();

    public async ValueTask DisposeAsync()
    {
        live.Changed -= OnOptionsChanged;
        await Room.DisposeAsync();
    }

    private void OnOptionsChanged(NodeOptions options)
    {
        if (!options.Roles.HasFlag(NodeRoles.Scheduler)) return;
        _ = Room.SetBudgetAsync(options.Scheduler.BudgetMicros).AsTask();
        var budgets = TraderSurroundings.MarketBudgetsOf(options.Scheduler.Demand, surroundings.Markets);
        foreach (var market in _marketBudgets.Keys.Except(budgets.Keys)) _ = Room.SetBudgetAsync(market, null).AsTask();
        foreach (var (market, micros) in budgets) _ = Room.SetBudgetAsync(market, micros).AsTask();
        _marketBudgets = budgets;
    }

    public NodeStatus Contribute(NodeStatus status)
    {
        ArgumentNullException.ThrowIfNull(status);
        // The loop's numbers as of the last question; the next status has those of now.
        _ = RefreshAsync(CancellationToken.None);
        return status with { OpenOrders = _openOrders, ActiveLeases = _activeLeases };
    }

    /// <inheritdoc/>
    public async ValueTask ReadAsync(GaugeReadings readings, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(readings);
        var now = new Market.Slots.Instant(time.GetUtcNow().ToUnixTimeMilliseconds());
        var (active, known, imbalance) = await Room.ReadAsync(
            (_, settlement) => (settlement.Leases.Active(now).Count(), settlement.Leases.Leases.Count, settlement.Leases.Accounts.Imbalance), cancellationToken);
        readings.Set(MetricCatalogue.Leases, active, "active");
        readings.Set(MetricCatalogue.Leases, known - active, "ended");
        readings.Set(MetricCatalogue.LedgerImbalance, (double)imbalance / 1_000_000);
    }

    private async Task RefreshAsync(CancellationToken cancellationToken)
    {
        try
        {
            var now = new Market.Slots.Instant(time.GetUtcNow().ToUnixTimeMilliseconds());
            (_openOrders, _activeLeases) = await Room.ReadAsync((orders, settlement) => (orders.Orders.Count(order => !order.IsOver), settlement.Leases.Active(now).Count()), cancellationToken);
        }
        catch (OperationCanceledException)
        {
            // The node is stopping.
        }
    }
}
