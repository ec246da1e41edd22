using HyphaMarket.Node.Hosting;
using HyphaMarket.Node.Telemetry;
using HyphaMarket.Node.Tests.TestSupport;

namespace HyphaMarket.Node.Tests.Trading;

/// <summary>What a trade leaves in metrics and traces.</summary>
internal static class TradeTelemetry
{
    /// <summary>The bid can be followed from its request to its lease, in one trace without a break.</summary>
    public static void AssertTraced(RecordedSpans spans) => Assert.Multiple(() =>
    {
        Assert.That(new[] { "POST /v1/orders", "order.match", "settle.claim", "settle.activate", "lease.open" }, Is.SubsetOf(spans.Names));
        Assert.That(spans.Names.Count(name => name == "order.submit"), Is.GreaterThanOrEqualTo(4), "one a broker; the slowest may still be at it");
        var known = spans.All.Select(span => span.SpanId).Append(spans.Caller).ToHashSet();
        Assert.That(spans.All.Where(span => !known.Contains(span.ParentSpanId)).Select(span => span.OperationName), Is.Empty);
    });

    public static async Task AssertCountedAsync(NodeHost broker, NodeHost scheduler, CancellationToken stop)
    {
        var bought = await SpotMarket.Get<PrometheusExporter>(scheduler).WriteAsync(stop);
        Assert.Multiple(() =>
        {
            Assert.That(bought, Does.Contain("hyphamarket_delivery_total{outcome=\"delivered\"} 1\n"));
            Assert.That(bought, Does.Contain("hyphamarket_time_to_match_seconds_count{side=\"bid\"} 1\n"));
            Assert.That(bought, Does.Contain("hyphamarket_leases{state=\"active\"} 1\n"));
            Assert.That(bought, Does.Contain("hyphamarket_ledger_imbalance 0\n"));
            Assert.That(bought, Does.Match("hyphamarket_connections\\{direction=\"outbound\"\\} [1-9]"));
            Assert.That(bought, Does.Match("hyphamarket_dht_lookup_seconds_count\\{outcome=\"converged\"\\} [1-9]"));
        });
        var brokered = await SpotMarket.Get<PrometheusExporter>(broker).WriteAsync(stop);
        Assert.Multiple(() =>
        {
            foreach (var side in new[] { "bid", "ask" }) Assert.That(brokered, Does.Match($"hyphamarket_offers_received_total\\{{side=\"{side}\",result=\"accepted\",reason=\"none\"\\}} [1-9]"));
            Assert.That(brokered, Does.Match("hyphamarket_offer_verify_seconds_count [1-9]"));
            Assert.That(brokered, Does.Match("hyphamarket_slots_total\\{outcome=\"certified\"\\} [1-9]"));
            Assert.That(brokered, Does.Match("hyphamarket_slot_clearing_seconds_count [1-9]"));
            Assert.That(brokered, Does.Match("hyphamarket_votes_total\\{result=\"cast\"\\} [1-9]"));
            Assert.That(brokered, Does.Match("hyphamarket_gossip_mesh_peers\\{market=\"discovery-alpha\"\\} [1-4]\n"));
            Assert.That(brokered, Does.Contain("hyphamarket_offers_open{market=\"discovery-alpha\"} "));
            foreach (var check in new[] { "journal", "dht", "gossip", "clock", "book" }) Assert.That(brokered, Does.Contain($"hyphamarket_ready{{check=\"{check}\"}} "));
        });
    }
}
