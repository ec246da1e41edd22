using HyphaMarket.Cli.Client;
using HyphaMarket.Node.Api.Contracts;
using HyphaMarket.Node.Configuration;
using HyphaMarket.Node.Hosting;

namespace HyphaMarket.Cli.Devnet;

/// <summary>Keeps the market of a devnet going: a few asks on every worker, a few bids on every scheduler, always anew.</summary>
internal sealed class DevnetTrader(DevnetOptions options, IReadOnlyList<DevnetNode> nodes, Action<NodeEvent> tell, TimeProvider time)
{
    /// <summary>Open orders of one node: one that matches now and one that waits for the next slot pair.</summary>
    private const int OpenOrders = 2;

    private readonly Dictionary<string, string> _lastFailure = new(StringComparer.Ordinal);
    private int _placed;

    public async Task RunAsync(CancellationToken stop)
    {
        while (true)
        {
            foreach (var node in nodes.Where(node => node.Role != NodeRoles.Broker && !node.HasExited)) await RefillAsync(node, stop);
            // A slot pair trades once, so asking twice a pair is enough.
            await Task.Delay(options.SlotLength, time, stop);
        }
    }

    private async Task RefillAsync(DevnetNode node, CancellationToken stop)
    {
        try
        {
            var orders = await node.Api.GetAsync("/v1/orders?limit=20", ApiJson.Default.IReadOnlyListOrderView, stop);
            for (var open = orders.Count(order => order.State is OrderState.Submitting or OrderState.Open); open < OpenOrders; open++)
            {
                await node.Api.PostAsync("/v1/orders", Next(node.Role), ApiJson.Default.OrderRequest, ApiJson.Default.OrderView, stop);
            }
            _lastFailure.Remove(node.Name);
        }
        catch (CliException e)
        {
            // Brokers may not be found yet, or the node was killed by a test: told once for each reason, then tried again.
            if (_lastFailure.GetValueOrDefault(node.Name) == e.Error.Code) return;
            _lastFailure[node.Name] = e.Error.Code;
            tell(new NodeEvent { Event = NodeEventKind.Warning, Node = node.Name, At = time.GetUtcNow(), Reason = e.Error.Code, Message = e.Error.Reason, Hint = e.Error.Hint });
        }
    }

    /// <summary>Bids above asks by a few thousand micro-credits, with odd sums among them, so that the mean's rounding shows.</summary>
    private OrderRequest Next(NodeRoles role)
    {
        var step = _placed++ % 97;
        return new OrderRequest
        {
            Market = options.Profile,
            Side = role == NodeRoles.Worker ? "ask" : "bid",
            PriceMicros = role == NodeRoles.Worker ? 10_000 + 31 * step : 15_000 + 53 * step,
            TermMinutes = role == NodeRoles.Worker ? 60 : 1,
            TtlSeconds = 60,
        };
    }
}
