using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Http;

using HyphaMarket.Node.Api.Contracts;
using HyphaMarket.Node.Api.Events;
using HyphaMarket.Node.Api.Server;
using HyphaMarket.Node.Api.Services;
using HyphaMarket.Node.Configuration;
using HyphaMarket.Node.Storage;
using HyphaMarket.Wire;

namespace HyphaMarket.Node.Api.Endpoints;

/// <summary>/v1/orders.</summary>
internal static class OrderEndpoints
{
    /// <summary>As many bodies as large as one: 1 MiB by default, for 1,024 orders of up to 1 KiB.</summary>
    private const int BatchIsAtMost = 16;

    public static void Map(ApiSurface api)
    {
        api.Post("/v1/orders", ApiJson.Default.OrderView, CreateAsync).Takes(ApiJson.Default.OrderRequest).Says("Places a bid or an ask.");
        api.Post("/v1/orders/batch", ApiJson.Default.IReadOnlyListOrderPlacement, CreateManyAsync, BatchIsAtMost).Takes(ApiJson.Default.OrderBatchRequest).Says("Places up to 1,024 orders at once; those of one market are signed together.");
        api.Get("/v1/orders", ApiJson.Default.IReadOnlyListOrderView, (context, stop) => ApiSurface.Service<IOrderService>(context)
            .ListAsync(ApiSurface.Query(context, "state"), (int)ApiSurface.Number(context, "limit", 100, 1, History.MostRows), stop))
            .Says("Own orders, the newest first.").Query("state", "Only those in this state.").Query("limit", "At most so many.");
        api.Stream("/v1/orders/watch", ApiJson.Default.NodeEvent, atOnce: true, Watch, EventEndpoints.Cursor)
            .Says("Events of own orders, or of one.").Query("after", EventEndpoints.AfterSays).Query("id", "The order, or the first digits of its id.");
        api.Get("/v1/orders/{id}", ApiJson.Default.OrderView, (context, stop) => ApiSurface.Service<IOrderService>(context).GetAsync(ApiSurface.Route(context, "id"), stop)).Says("One order.");
        api.Get("/v1/orders/{id}/explain", ApiJson.Default.OrderExplanationView, (context, stop) => ApiSurface.Service<IOrderExplainer>(context).ExplainAsync(ApiSurface.Route(context, "id"), stop))
            .Says("Why the order is where it is, what is ahead of it, and what would let it match.");
        api.Delete("/v1/orders/{id}", ApiJson.Default.OrderView, (context, stop) => ApiSurface.Service<IOrderService>(context).CancelAsync(ApiSurface.Route(context, "id"), stop)).Says("Cancels what is not matched yet.");
    }

    private static async Task<OrderView> CreateAsync(HttpContext context, CancellationToken stop)
    {
        var request = await ApiSurface.BodyAsync(context, ApiJson.Default.OrderRequest, stop);
        // A key in the header is the order's own, which the journal keeps beyond this run of the daemon.
        if (request.IdempotencyKey is null && ApiSurface.IdempotencyKey(context) is { } key) request = request with { IdempotencyKey = key };
        Check(request);
        return await ApiSurface.Service<IOrderService>(context).CreateAsync(request, stop);
    }

    private static async Task<IReadOnlyList<OrderPlacement>> CreateManyAsync(HttpContext context, CancellationToken stop)
    {
        var orders = (await ApiSurface.BodyAsync(context, ApiJson.Default.OrderBatchRequest, stop)).Orders;
        if (orders is null || orders.Count is 0 or > Bundles.MaxSize) throw Bad("order-count", $"The request holds {orders?.Count ?? 0} orders.", $"Give 1 to {Bundles.MaxSize}.");
        for (var i = 0; i < orders.Count; i++)
        {
            if (orders[i] is not { } order) throw Bad("bad-order", $"Order {i + 1} is null.", "Give an order, or leave it out.");
            if (order.DryRun) throw Bad("bad-order", $"Order {i + 1} is a dry run.", "Try one order alone by POST /v1/orders.");
            if (order.IdempotencyKey is not null) throw Bad("bad-idempotency-key", $"Order {i + 1} has a key of its own.", "Give the whole request one, in the header Idempotency-Key.");
            try
            {
                Check(order);
            }
            catch (ApiException e)
            {
                throw Bad(e.Error.Code, $"Order {i + 1}: {e.Error.Reason}", e.Error.Hint);
            }
        }

        return await ApiSurface.Service<IOrderService>(context).CreateManyAsync(orders, stop);
    }

    /// <summary>What needs no knowledge of the market; the trader checks the rest against the network's rules.</summary>
    private static void Check(OrderRequest request)
    {
        if (request.Side is not ("bid" or "ask")) throw Bad("bad-side", $"\"side\" is \"{request.Side}\".", "Give bid or ask.");
        if (request.PriceMicros <= 0) throw Bad("price-range", $"The price is {CreditText.PerMinute(request.PriceMicros)}.", $"A price is at least {CreditText.PerMinute(1)}.");
        if (request.Quantity <= 0) throw Bad("quantity-range", $"The quantity is {request.Quantity}.", "Order at least one unit.");
        if (request.MinimumFill < 1 || request.MinimumFill > request.Quantity) throw Bad("quantity-range", $"The minimum fill is {request.MinimumFill}.", "Give at least 1 and at most the quantity.");
        if (request.TermMinutes < 1) throw Bad("terms-not-allowed", $"The lease term is {request.TermMinutes} minutes.", "A lease lasts at least one minute.");
        if (request.TtlSeconds is < 1) throw Bad("outside-slot-window", $"The order would live {request.TtlSeconds} seconds.", "Give at least one second.");
        if (request.IdempotencyKey is { Length: 0 or > 64 }) throw Bad("bad-idempotency-key", "\"idempotency_key\" has a wrong length.", "Give 1 to 64 characters.");
    }

    /// <summary>Events of own orders, or of one of them.</summary>
    private static async IAsyncEnumerable<NodeEvent> Watch(HttpContext context, [EnumeratorCancellation] CancellationToken stop)
    {
        var hub = ApiSurface.Service<EventHub>(context);
        var only = ApiSurface.Query(context, "id");
        await foreach (var happened in hub.WatchAsync(EventEndpoints.After(context), stop).WithCancellation(stop))
        {
            var wanted = happened.Order is { } order && (only is null || order.StartsWith(only, StringComparison.OrdinalIgnoreCase));
            if (wanted || happened.Event is NodeEventKind.Gap or NodeEventKind.Lagged) yield return happened;
        }
    }

    private static ApiException Bad(string code, string reason, string hint) => new(ApiFailure.BadRequest, code, reason, hint);
}
