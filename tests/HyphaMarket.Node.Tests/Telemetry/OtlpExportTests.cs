using System.Collections.Concurrent;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

using HyphaMarket.Node.Tests.TestSupport;

namespace HyphaMarket.Node.Tests.Telemetry;

public sealed class OtlpExportTests
{
    [Test]
    [CancelAfter(60_000)]
    public async Task Collector_GetsTheTraceOfARequest_AndTheMetrics(CancellationToken stop)
    {
        var received = new ConcurrentQueue<(string Path, string Media, byte[] Body)>();
        await using var collector = await CollectAsync(received, stop);
        using var spans = new RecordedSpans();
        await using (var node = await RunningNode.StartAsync(change: options => options with { Telemetry = new() { Otlp = collector.Urls.Single() } }))
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, "/v1/profiles/discovery-alpha") { Headers = { { "traceparent", spans.TraceParent } } };
            (await node.Client.SendAsync(request, stop)).EnsureSuccessStatusCode();
            // A stop sends what is there.
            await node.Host.StopAsync(stop);
        }

        var (traces, metrics) = (Bodies(received, "/v1/traces"), Bodies(received, "/v1/metrics"));
        Assert.That(received.Select(one => one.Media).Distinct(), Is.EqualTo(new[] { "application/x-protobuf" }));
        Assert.That(traces, Does.Contain("GET /v1/profiles/discovery-alpha").And.Contain("hypha-market"));
        Assert.That(traces, Does.Contain(Encoding.Latin1.GetString(Convert.FromHexString(spans.TraceId))), "it belongs to the caller's trace");
        Assert.That(metrics, Does.Contain("hyphamarket_api_request_seconds"));
    }

    [Test]
    public async Task Request_WithATraceParent_IsAChildOfTheCallersSpan_AndAMalformedOneHarmsNothing()
    {
        using var spans = new RecordedSpans();
        await using var node = await RunningNode.StartAsync();
        foreach (var header in new[] { spans.TraceParent, "00-zz", new string('0', 400) })
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, "/v1/profiles/nonesuch");
            request.Headers.TryAddWithoutValidation("traceparent", header);
            Assert.That((int)(await node.Client.SendAsync(request)).StatusCode, Is.EqualTo(404));
        }
        var span = spans.All.Single();
        Assert.That((span.ParentSpanId, span.GetTagItem("http.response.status_code")), Is.EqualTo((spans.Caller, 404)));
    }

    private static string Bodies(IEnumerable<(string Path, string Media, byte[] Body)> received, string path) =>
        string.Concat(received.Where(one => one.Path == path).Select(one => Encoding.Latin1.GetString(one.Body)));

    private static async Task<WebApplication> CollectAsync(ConcurrentQueue<(string, string, byte[])> received, CancellationToken stop)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        app.MapPost("/v1/{what}", (RequestDelegate)(async context =>
        {
            using var body = new MemoryStream();
            await context.Request.Body.CopyToAsync(body, context.RequestAborted);
            received.Enqueue((context.Request.Path, context.Request.ContentType!, body.ToArray()));
        }));
        await app.StartAsync(stop);
        return app;
    }
}
