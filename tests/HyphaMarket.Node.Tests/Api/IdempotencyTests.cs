using System.Net;
using System.Text;
using Microsoft.Extensions.DependencyInjection;

using HyphaMarket.Node.Api;
using HyphaMarket.Node.Api.Server;
using HyphaMarket.Node.Api.Services;
using HyphaMarket.Node.Configuration;
using HyphaMarket.Node.Tests.TestSupport;

namespace HyphaMarket.Node.Tests.Api;

public sealed class IdempotencyTests
{
    private const string Bid = """{"market":"discovery-alpha","side":"bid","price_micros":12000}""";
    private const string OtherBid = """{"market":"discovery-alpha","side":"bid","price_micros":12001}""";

    private readonly HandTurnedTime _time = new();
    private int _done;

    [SetUp]
    public void Forget() => _done = 0;

    [Test]
    public async Task Order_SentTwiceUnderOneKey_IsPlacedOnce_AndAnsweredTheSame()
    {
        var orders = new StubOrders();
        await using var node = await RunningNode.StartAsync(services => services.AddSingleton<IOrderService>(orders));
        var first = await PostAsync(node, "abc", Bid);
        var second = await PostAsync(node, "abc", Bid);
        Assert.That(orders.Created.Select(order => order.IdempotencyKey), Is.EqualTo(new[] { "abc" }), "and the order carries the key into the journal");
        Assert.That(await second.Content.ReadAsStringAsync(), Is.EqualTo(await first.Content.ReadAsStringAsync()));
        Assert.That((first.Headers.Contains("Idempotent-Replayed"), second.Headers.Contains("Idempotent-Replayed")), Is.EqualTo((false, true)));
        var other = await PostAsync(node, "abc", OtherBid);
        Assert.That(other.StatusCode, Is.EqualTo(HttpStatusCode.UnprocessableEntity));
        Assert.That(await other.Content.ReadAsStringAsync(), Does.Contain("idempotency-key-reused"));
        Assert.That((await PostAsync(node, "with space", Bid)).StatusCode, Is.EqualTo(HttpStatusCode.BadRequest));
        Assert.That(orders.Created, Has.Count.EqualTo(1));
    }

    [Test]
    public async Task Refusal_IsKept_AndAFailureThatMayPassIsNot()
    {
        var orders = new StubOrders { Failure = new ApiException(ApiFailure.Refused, "book-full", "The book is full.") };
        await using var node = await RunningNode.StartAsync(services => services.AddSingleton<IOrderService>(orders));
        Assert.That((await PostAsync(node, "a", Bid)).StatusCode, Is.EqualTo(HttpStatusCode.Conflict));
        orders.Failure = new ApiException(ApiFailure.Unavailable, "no-brokers", "No brokers are known.");
        Assert.That((await PostAsync(node, "b", Bid)).StatusCode, Is.EqualTo(HttpStatusCode.ServiceUnavailable));
        orders.Failure = null;
        Assert.That((await PostAsync(node, "a", Bid)).StatusCode, Is.EqualTo(HttpStatusCode.Conflict));
        Assert.That((await PostAsync(node, "b", Bid)).StatusCode, Is.EqualTo(HttpStatusCode.OK));
    }

    [Test]
    public async Task TwoAtOnce_WithOneKey_AreOneRequest()
    {
        var store = new IdempotencyStore(new ApiOptions(), _time);
        var gate = new TaskCompletionSource<StoredAnswer>();
        var first = store.RunAsync("k", Request("x"), () => gate.Task, CancellationToken.None);
        var second = store.RunAsync("k", Request("x"), DoneAsync, CancellationToken.None);
        gate.SetResult(new StoredAnswer(200, [1]));
        Assert.That(((await first).IsReplay, (await second).IsReplay, _done), Is.EqualTo((false, true, 0)));
    }

    [Test]
    public async Task SecondOfTwo_TriesItself_WhereTheFirstCameToNothing()
    {
        var store = new IdempotencyStore(new ApiOptions(), _time);
        var gate = new TaskCompletionSource<StoredAnswer>();
        var first = store.RunAsync("k", Request("x"), () => gate.Task, CancellationToken.None);
        var second = store.RunAsync("k", Request("x"), DoneAsync, CancellationToken.None);
        gate.SetException(new TimeoutException());
        await Assert.ThrowsAsync<TimeoutException>(() => first);
        Assert.That(((await second).IsReplay, _done), Is.EqualTo((false, 1)));
    }

    [Test]
    public async Task Answer_IsKeptForAnHour()
    {
        var store = new IdempotencyStore(new ApiOptions(), _time);
        await store.RunAsync("k", Request("x"), DoneAsync, CancellationToken.None);
        _time.Advance(TimeSpan.FromMinutes(59));
        Assert.That((await store.RunAsync("k", Request("x"), DoneAsync, CancellationToken.None)).IsReplay, Is.True);
        _time.Advance(TimeSpan.FromMinutes(2));
        Assert.That((await store.RunAsync("k", Request("y"), DoneAsync, CancellationToken.None)).IsReplay, Is.False);
    }

    [Test]
    public async Task Keys_BeyondTheBound_AreRefused_AndNoOldOneIsForgotten()
    {
        var store = new IdempotencyStore(new ApiOptions { IdempotencyKeys = 16 }, _time);
        for (var i = 0; i < 16; i++) await store.RunAsync($"k{i}", Request("x"), DoneAsync, CancellationToken.None);
        var full = await Assert.ThrowsAsync<ApiException>(() => store.RunAsync("more", Request("x"), DoneAsync, CancellationToken.None));
        Assert.That((full!.Failure, full.RetryAfter), Is.EqualTo((ApiFailure.TooFast, TimeSpan.FromHours(1))));
        Assert.That((await store.RunAsync("k0", Request("x"), DoneAsync, CancellationToken.None)).IsReplay, Is.True);
        _time.Advance(TimeSpan.FromHours(1));
        Assert.That((await store.RunAsync("more", Request("x"), DoneAsync, CancellationToken.None)).IsReplay, Is.False);
    }

    [Test]
    public async Task Tunnel_TakesNoKey()
    {
        await using var node = await RunningNode.StartAsync();
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/leases/abcdef/tunnel") { Content = new StringContent("{}"), Headers = { { "Idempotency-Key", "k" } } };
        var response = await node.Client.SendAsync(request);
        Assert.That((response.StatusCode, await response.Content.ReadAsStringAsync()), Is.EqualTo((HttpStatusCode.BadRequest, await response.Content.ReadAsStringAsync())));
        Assert.That(await response.Content.ReadAsStringAsync(), Does.Contain("bad-idempotency-key"));
    }

    private static ReadOnlyMemory<byte> Request(string text) => Encoding.UTF8.GetBytes(text);

    private Task<StoredAnswer> DoneAsync()
    {
        _done++;
        return Task.FromResult(new StoredAnswer(200, [(byte)_done]));
    }

    private static async Task<HttpResponseMessage> PostAsync(RunningNode node, string key, string body)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/orders") { Content = new StringContent(body, Encoding.UTF8, "application/json") };
        request.Headers.TryAddWithoutValidation("Idempotency-Key", key);
        return await node.Client.SendAsync(request);
    }
}
