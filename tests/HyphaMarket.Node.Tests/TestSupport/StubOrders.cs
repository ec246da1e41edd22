using HyphaMarket.Node.Api;
using HyphaMarket.Node.Api.Contracts;
using HyphaMarket.Node.Api.Services;

namespace HyphaMarket.Node.Tests.TestSupport;

/// <summary>Orders in memory: what the API's tests need of a trader.</summary>
internal sealed class StubOrders : IOrderService
{
    public List<OrderRequest> Created { get; } = [];

    /// <summary>Thrown in place of an answer.</summary>
    public Exception? Failure { get; set; }

    /// <summary>Whether a creation waits for its cancellation.</summary>
    public bool Hang { get; set; }

    public async Task<OrderView> CreateAsync(OrderRequest request, CancellationToken cancellationToken)
    {
        if (Hang) await Task.Delay(Timeout.InfiniteTimeSpan, cancellationToken);
        if (Failure is { } failure) throw failure;
        Created.Add(request);
        return View($"{Created.Count:x64}", request);
    }

    public async Task<IReadOnlyList<OrderPlacement>> CreateManyAsync(IReadOnlyList<OrderRequest> requests, CancellationToken cancellationToken)
    {
        var placed = new List<OrderPlacement>();
        foreach (var request in requests) placed.Add(new OrderPlacement { Number = placed.Count + 1, Order = await CreateAsync(request, cancellationToken) });
        return placed;
    }

    public Task<IReadOnlyList<OrderView>> ListAsync(string? state, int limit, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<OrderView>>([.. Created.Select((request, i) => View($"{i + 1:x64}", request)).Take(limit)]);

    public Task<OrderView> GetAsync(string id, CancellationToken cancellationToken) =>
        throw new ApiException(ApiFailure.NotFound, "unknown-order", $"There is no order {id}.", "See `hypha-market order ls`.");

    public Task<OrderView> CancelAsync(string id, CancellationToken cancellationToken) =>
        throw new ApiException(ApiFailure.Refused, "order-final", "The order is filled.");

    private static OrderView View(string id, OrderRequest request) => new()
    {
        Id = id, Market = request.Market, Side = request.Side, State = OrderState.Open, PriceMicros = request.PriceMicros, Quantity = request.Quantity,
        TermMinutes = request.TermMinutes, FirstSlot = 1, LastSlot = 2,
    };
}
