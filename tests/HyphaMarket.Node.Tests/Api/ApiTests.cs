using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;

using HyphaMarket.Brokerage.Journal;
using HyphaMarket.Node.Api;
using HyphaMarket.Node.Api.Contracts;
using HyphaMarket.Node.Api.Services;
using HyphaMarket.Node.Configuration;
using HyphaMarket.Node.Storage;
using HyphaMarket.Node.Tests.TestSupport;

namespace HyphaMarket.Node.Tests.Api;

public sealed class ApiTests
{
    private const string Bid = """{"market":"discovery-alpha","side":"bid","price_micros":12000,"quantity":2}""";

    private readonly StubOrders _orders = new();
    private RunningNode _node = null!;

    [SetUp]
    public async Task StartNode()
    {
        _orders.Created.Clear();
        (_orders.Failure, _orders.Hang) = (null, false);
        _node = await RunningNode.StartAsync(
            services => services.AddSingleton<IOrderService>(_orders),
            options => options with { Api = new ApiOptions { RequestTimeout = TimeSpan.FromMilliseconds(400), RequestBytes = 2_048 } });
    }

    [TearDown]
    public async Task StopNode() => await _node.DisposeAsync();

    [Test]
    public void Socket_OfTheApi_IsItsOwnersAlone() =>
        Assert.That(File.GetUnixFileMode(_node.Options.ApiSocket), Is.EqualTo(UnixFileMode.UserRead | UnixFileMode.UserWrite));

    [Test]
    public async Task Status_TellsWhoTheNodeIs()
    {
        var status = (await _node.Client.GetFromJsonAsync("/v1/status", ApiJson.Default.NodeStatus))!;
        Assert.Multiple(() =>
        {
            Assert.That(status.PeerId, Does.StartWith("12D3KooW"));
            Assert.That(status.Network, Is.EqualTo("devnet"));
            Assert.That(status.NetworkId, Is.EqualTo(NetworkDocument.Devnet.Id.ToString()));
            Assert.That(status.Roles, Is.EqualTo(new[] { "broker" }));
            Assert.That(status.Pid, Is.EqualTo(Environment.ProcessId));
            Assert.That(status.Ready, Is.True);
            Assert.That(status.Slot, Is.GreaterThan(0));
        });
    }

    [Test]
    public async Task Profiles_AreTheCatalogues()
    {
        var profiles = (await _node.Client.GetFromJsonAsync("/v1/profiles", ApiJson.Default.IReadOnlyListProfileView))!;
        Assert.That(profiles, Has.Count.EqualTo(10));
        var first = (await _node.Client.GetFromJsonAsync($"/v1/profiles/{profiles[0].Market}", ApiJson.Default.ProfileView))!;
        Assert.That(first.Slug, Is.EqualTo(profiles[0].Slug));
        await Expect(await _node.Client.GetAsync("/v1/profiles/nonesuch"), HttpStatusCode.NotFound, "unknown-profile");
    }

    [Test]
    public async Task Order_WellFormed_ReachesTheTraderAndComesBackWithItsPriceInWords()
    {
        var response = await Post(Bid);
        var order = (await response.Content.ReadFromJsonAsync(ApiJson.Default.OrderView))!;
        Assert.That(_orders.Created.Single().Quantity, Is.EqualTo(2));
        Assert.That(order.Price, Is.EqualTo("0.012000 credits/min"));
        Assert.That(await _node.Client.GetStringAsync("/v1/orders"), Does.Contain("\"price_micros\":12000").And.Contain("\"term_minutes\":60"));
    }

    [TestCase("{", HttpStatusCode.BadRequest, "bad-json")]
    [TestCase("null", HttpStatusCode.BadRequest, "bad-json")]
    [TestCase("""{"market":"x","side":"bid"}""", HttpStatusCode.BadRequest, "bad-json")]
    [TestCase("""{"market":"x","side":"bid","price_micros":1,"prise":2}""", HttpStatusCode.BadRequest, "bad-json")]
    [TestCase("""{"market":"x","side":"bid","price_micros":99999999999999999999}""", HttpStatusCode.BadRequest, "bad-json")]
    [TestCase("""{"market":"x","side":"buy","price_micros":1}""", HttpStatusCode.BadRequest, "bad-side")]
    [TestCase("""{"market":"x","side":"bid","price_micros":-1}""", HttpStatusCode.BadRequest, "price-range")]
    [TestCase("""{"market":"x","side":"bid","price_micros":1,"quantity":0}""", HttpStatusCode.BadRequest, "quantity-range")]
    [TestCase("""{"market":"x","side":"bid","price_micros":1,"quantity":2,"minimum_fill":3}""", HttpStatusCode.BadRequest, "quantity-range")]
    public async Task Order_Malformed_IsRefusedBeforeTheTraderSeesIt(string json, HttpStatusCode status, string code)
    {
        await Expect(await Post(json), status, code);
        Assert.That(_orders.Created, Is.Empty);
    }

    [Test]
    public async Task Orders_OfOneRequest_ReachTheTraderTogether()
    {
        var response = await PostMany($"{{\"orders\":[{Bid},{Bid},{Bid}]}}");
        Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.OK), await response.Content.ReadAsStringAsync());
        var placed = (await response.Content.ReadFromJsonAsync(ApiJson.Default.IReadOnlyListOrderPlacement))!;
        Assert.That(placed.Select(one => (one.Number, one.Order?.Quantity, one.Error)), Is.EqualTo(new (int, int?, ApiError?)[] { (1, 2, null), (2, 2, null), (3, 2, null) }));
        Assert.That(_orders.Created, Has.Count.EqualTo(3));
    }

    [Test]
    public async Task Orders_OfOneRequest_MayBeLargerThanOthers()
    {
        // A single request has 2 KiB here.
        var response = await PostMany($"{{\"orders\":[{string.Join(',', Enumerable.Repeat(Bid, 100))}]}}");
        Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.OK), await response.Content.ReadAsStringAsync());
        await Expect(await PostMany("{\"orders\":[\"" + new string('x', 17 * 4_096) + "\"]}"), HttpStatusCode.RequestEntityTooLarge, "request-too-large");
    }

    [TestCase("""{"orders":[]}""", "order-count")]
    [TestCase("""{"orders":[null]}""", "bad-order")]
    [TestCase("""{"orders":[{"market":"x","side":"bid","price_micros":1,"dry_run":true}]}""", "bad-order")]
    [TestCase("""{"orders":[{"market":"x","side":"bid","price_micros":1,"idempotency_key":"a"}]}""", "bad-idempotency-key")]
    [TestCase("""{"orders":[{"market":"x","side":"bid","price_micros":1},{"market":"x","side":"bid","price_micros":0}]}""", "price-range")]
    public async Task Orders_OfWhichOneIsMalformed_AreRefusedBeforeTheTraderSeesThem(string json, string code)
    {
        await Expect(await PostMany(json), HttpStatusCode.BadRequest, code);
        Assert.That(_orders.Created, Is.Empty);
    }

    [Test]
    public async Task Request_TooLarge_IsRefused() =>
        await Expect(await Post("{\"market\":\"" + new string('x', 4_096) + "\"}"), HttpStatusCode.RequestEntityTooLarge, "request-too-large");

    [Test]
    public async Task Request_ThatTakesTooLong_IsAnsweredAsTimedOut()
    {
        _orders.Hang = true;
        await Expect(await Post(Bid), HttpStatusCode.GatewayTimeout, "timed-out");
    }

    [Test]
    public async Task Failure_OfAService_HasTheOneErrorShape()
    {
        _orders.Failure = new ApiException(ApiFailure.Refused, "insufficient-work", "Too little work.", "13 bits are wanted.");
        var error = await Expect(await Post(Bid), HttpStatusCode.Conflict, "insufficient-work");
        Assert.That(error, Is.EqualTo(new ApiError("insufficient-work", "Too little work.", "13 bits are wanted.")));
        _orders.Failure = new InvalidOperationException("secret detail");
        Assert.That((await Expect(await Post(Bid), HttpStatusCode.InternalServerError, "internal")).Reason, Does.Not.Contain("secret"));
        _orders.Failure = new JournalFailedException("The journal cannot be written.");
        await Expect(await Post(Bid), HttpStatusCode.ServiceUnavailable, "journal-failed");
    }

    [Test]
    public async Task Path_ThatIsUnknown_AndMethodThatMakesNoSense_HaveTheOneErrorShape()
    {
        await Expect(await _node.Client.GetAsync("/v1/ordres"), HttpStatusCode.NotFound, "no-such-resource");
        await Expect(await _node.Client.PutAsync("/v1/orders", null), HttpStatusCode.MethodNotAllowed, "method-not-allowed");
        await Expect(await _node.Client.GetAsync("/v1/orders/abcdef"), HttpStatusCode.NotFound, "unknown-order");
        await Expect(await _node.Client.DeleteAsync("/v1/orders/abcdef"), HttpStatusCode.Conflict, "order-final");
        await Expect(await _node.Client.GetAsync("/v1/orders?limit=many"), HttpStatusCode.BadRequest, "bad-query");
    }

    [Test]
    public async Task Part_ThatThisNodeLacks_IsUnavailable()
    {
        await Expect(await _node.Client.GetAsync("/v1/markets"), HttpStatusCode.ServiceUnavailable, "not-running");
        await Expect(await _node.Client.GetAsync("/v1/markets/x/watch"), HttpStatusCode.ServiceUnavailable, "not-running");
    }

    [TestCase("0.0.0.0:9000", 22, "bad-local-address")]
    [TestCase("localhost", 22, "bad-local-address")]
    [TestCase("127.0.0.1:0", 0, "bad-remote-port")]
    public async Task Tunnel_ToAWrongPlace_IsRefused(string local, int remote, string code)
    {
        var response = await _node.Client.PostAsJsonAsync("/v1/leases/abcdef/tunnel", new TunnelRequest(local, remote), ApiJson.Default.TunnelRequest);
        await Expect(response, HttpStatusCode.BadRequest, code);
    }

    [Test]
    public async Task Node_WhoseJournalFailed_IsAliveAndNotReady()
    {
        Assert.That((await _node.Client.GetAsync("/readyz")).StatusCode, Is.EqualTo(HttpStatusCode.OK));
        var failing = await RunningNode.StartAsync(change: options => options with { Journal = new JournalOptions { LargestBytes = 64 * 1024 } });
        await using (failing)
        {
            var journal = failing.Host.Services.GetRequiredService<Journal>();
            await Assert.ThrowsAsync<JournalFailedException>(async () =>
            {
                for (var i = 0; i < 1_000; i++) await journal.AppendAsync(new JournalEntry(JournalKind.Vote, default, new byte[8_192]));
            });
            Assert.That((await failing.Client.GetAsync("/livez")).StatusCode, Is.EqualTo(HttpStatusCode.OK));
            var ready = await failing.Client.GetAsync("/readyz");
            Assert.That(ready.StatusCode, Is.EqualTo(HttpStatusCode.ServiceUnavailable));
            var health = (await ready.Content.ReadFromJsonAsync(ApiJson.Default.HealthView))!;
            Assert.That(health.Checks.Single(check => check.Name == "journal").Fault, Does.Contain("Make room"));
            Assert.That((await failing.Client.GetFromJsonAsync("/v1/status", ApiJson.Default.NodeStatus))!.Ready, Is.False);
        }
    }

    [Test]
    public async Task Node_WhoseHistoryFails_SaysSo_AndIsReady()
    {
        await using var node = await RunningNode.StartAsync(services => services.AddSingleton<IReadinessCheck>(new Degradation()));
        var ready = await node.Client.GetAsync("/readyz");
        Assert.That(ready.StatusCode, Is.EqualTo(HttpStatusCode.OK));
        var health = (await ready.Content.ReadFromJsonAsync(ApiJson.Default.HealthView))!;
        Assert.That((health.Ready, health.Checks.Single()), Is.EqualTo((true, new HealthCheckView("history", false, "It is away.", Required: false))));
        var status = (await node.Client.GetFromJsonAsync("/v1/status", ApiJson.Default.NodeStatus))!;
        Assert.That(status.Ready);
        Assert.That(status.Warnings, Does.Contain("It is away."));
    }

    private sealed class Degradation : IReadinessCheck
    {
        public string Name => "history";
        public string? Fault => "It is away.";
        public bool IsDegradation => true;
    }

    private Task<HttpResponseMessage> PostMany(string json) => _node.Client.PostAsync("/v1/orders/batch", new StringContent(json, Encoding.UTF8, "application/json"));

    private Task<HttpResponseMessage> Post(string json) => _node.Client.PostAsync("/v1/orders", new StringContent(json, Encoding.UTF8, "application/json"));

    private static async Task<ApiError> Expect(HttpResponseMessage response, HttpStatusCode status, string code)
    {
        var body = await response.Content.ReadAsStringAsync();
        Assert.That(response.StatusCode, Is.EqualTo(status), body);
        var error = JsonSerializer.Deserialize(body, ApiJson.Default.ApiError)!;
        Assert.That(error.Code, Is.EqualTo(code), body);
        Assert.That(error.Reason, Is.Not.Empty);
        return error;
    }
}
