using System.Net;

using HyphaMarket.Node.Api.Server;
using HyphaMarket.Node.Tests.TestSupport;

namespace HyphaMarket.Node.Tests.Api;

public sealed class RequestLimitTests
{
    [Test]
    public void Bucket_LetsThroughABurst_ThenItsRate()
    {
        var time = new HandTurnedTime();
        var bucket = new TokenBucket(10, time);
        Assert.That(Enumerable.Range(0, 25).Count(_ => bucket.TryTake(out TimeSpan _)), Is.EqualTo(20));
        Assert.That(bucket.TryTake(out var wait), Is.False);
        Assert.That(wait, Is.EqualTo(TimeSpan.FromSeconds(0.1)).Within(TimeSpan.FromMilliseconds(1)));
        time.Advance(TimeSpan.FromSeconds(1));
        Assert.That(Enumerable.Range(0, 25).Count(_ => bucket.TryTake(out TimeSpan _)), Is.EqualTo(10));
        time.Advance(TimeSpan.FromDays(1));
        Assert.That(Enumerable.Range(0, 25).Count(_ => bucket.TryTake(out TimeSpan _)), Is.EqualTo(20));
    }

    [Test]
    public async Task Requests_BeyondTheRate_AreToldWhenToComeAgain_AndCounted()
    {
        // A request a second, two at once: the third of three is over, unless a second passes between them.
        await using var node = await RunningNode.StartAsync(change: options => options with { Api = options.Api with { RequestsPerSecond = 1 } });
        HttpResponseMessage refused;
        do refused = await node.Client.GetAsync("/livez");
        while (refused.StatusCode == HttpStatusCode.OK);
        Assert.That(refused.StatusCode, Is.EqualTo(HttpStatusCode.TooManyRequests));
        Assert.That(refused.Headers.RetryAfter!.Delta, Is.EqualTo(TimeSpan.FromSeconds(1)));
        Assert.That(await refused.Content.ReadAsStringAsync(), Does.Contain("too-many-requests"));
        HttpResponseMessage metrics;
        do metrics = await node.Client.GetAsync("/metrics");
        while (metrics.StatusCode != HttpStatusCode.OK);
        Assert.That(await metrics.Content.ReadAsStringAsync(), Does.Match("""hyphamarket_ratelimited_total\{where="api"\} [1-9]"""));
    }

    [Test]
    public async Task Strangers_DoNotTakeTheRateOfThoseWithTheToken()
    {
        await using var node = await RunningNode.StartAsync(change: options => options with { Api = options.Api with { Port = "0" } });
        using var stranger = node.OverPort("nobody");
        HttpStatusCode last;
        do last = (await stranger.GetAsync("/v1/status")).StatusCode;
        while (last == HttpStatusCode.Unauthorized);
        Assert.That(last, Is.EqualTo(HttpStatusCode.TooManyRequests));
        using var owner = node.OverPort(node.Token);
        Assert.That((await owner.GetAsync("/v1/status")).StatusCode, Is.EqualTo(HttpStatusCode.OK));
    }
}
