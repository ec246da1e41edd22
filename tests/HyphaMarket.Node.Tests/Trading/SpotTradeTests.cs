using System.Net;
using System.Net.Sockets;
using HyphaMarket.Node.Api.Contracts;
using HyphaMarket.Node.Api.Services;
using HyphaMarket.Node.Configuration;
using HyphaMarket.Node.Hosting;

namespace HyphaMarket.Node.Tests.Trading;

/// <summary>The daemon's main job, over real libp2p on loopback in one process.</summary>
[TestFixture]
internal sealed class SpotTradeTests
{
    [Test]
    [CancelAfter(120_000)]
    public async Task AWorkerAndAScheduler_TradeThroughFiveBrokers_AndBytesFlowOverTheLease(CancellationToken stop)
    {
        await using var market = new SpotMarket();
        for (var i = 0; i < 5; i++) await market.StartAsync($"broker-{i}", NodeRoles.Broker);
        using var echo = new TcpListener(IPAddress.Loopback, 0);
        echo.Start();
        var port = ((IPEndPoint)echo.LocalEndpoint).Port;
        var worker = await market.StartAsync("worker", NodeRoles.Worker, options => options with { Worker = new WorkerOptions { Profile = "discovery-alpha", Slots = 1, TunnelPorts = [port] } });
        var scheduler = await market.StartAsync("scheduler", NodeRoles.Scheduler);

        await PlaceAsync(worker, "ask", 800, stop);
        await PlaceAsync(scheduler, "bid", 1001, stop);
        var lease = await SpotMarket.EventAsync(scheduler, happened => happened.Event == NodeEventKind.Lease);

        Assert.That(lease.PriceMicros, Is.EqualTo((800 + 1001) / 2));
        Assert.That((lease.BidMicros, lease.AskMicros), Is.EqualTo((1001, 800)));
        Assert.That(lease.Brokers, Has.Count.GreaterThanOrEqualTo(4));
        Assert.That(await EchoAsync(scheduler, lease.Lease!, port, echo, stop), Is.EqualTo("hello"));
    }

    private static async Task PlaceAsync(NodeHost node, string side, long price, CancellationToken stop)
    {
        var order = await SpotMarket.Get<IOrderService>(node).CreateAsync(new OrderRequest { Market = "discovery-alpha", Side = side, PriceMicros = price }, stop);
        for (var i = 0; order.State == OrderState.Submitting && i < 100; i++)
        {
            await Task.Delay(200, stop);
            order = await SpotMarket.Get<IOrderService>(node).GetAsync(order.Id, stop);
        }

        Assert.That(order.State, Is.Not.EqualTo(OrderState.Submitting), $"{side} reached no brokers");
    }

    private static async Task<string> EchoAsync(NodeHost scheduler, string lease, int port, TcpListener echo, CancellationToken stop)
    {
        var serving = Task.Run(
            async () =>
            {
                using var connection = await echo.AcceptTcpClientAsync(stop);
                await using var back = connection.GetStream();
                await back.CopyToAsync(back, stop);
            },
            stop);
        await using var tunnel = await SpotMarket.Get<ILeaseService>(scheduler).OpenTunnelAsync(lease, new IPEndPoint(IPAddress.Loopback, 0), port, stop);
        using var client = new TcpClient();
        await client.ConnectAsync(IPEndPoint.Parse(tunnel.View.Local), stop);
        await using var stream = client.GetStream();
        await stream.WriteAsync("hello"u8.ToArray(), stop);
        client.Client.Shutdown(SocketShutdown.Send);
        using var reader = new StreamReader(stream);
        var text = await reader.ReadToEndAsync(stop);
        await serving;
        return text;
    }
}
