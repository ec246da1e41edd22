using Microsoft.Extensions.DependencyInjection;

using HyphaMarket.Node.Api;
using HyphaMarket.Node.Api.Contracts;
using HyphaMarket.Node.Api.Events;
using HyphaMarket.Node.Api.Services;
using HyphaMarket.Node.Configuration;
using HyphaMarket.Node.Hosting;
using HyphaMarket.Node.Identity;

namespace HyphaMarket.Cli.Tests.TestSupport;

/// <summary>A real daemon in this process whose market is a few answers in memory.</summary>
internal sealed partial class StubDaemon : IOrderService, IMarketService, ILeaseService, IAsyncDisposable
{
    private NodeHost _host = null!;

    public List<OrderView> Orders { get; } = [];
    public ApiException? Failure { get; set; }

    /// <summary>What becomes of an order each time it is asked for.</summary>
    public Func<OrderView, OrderView> Advance { get; set; } = order => order;

    public EventHub Events => _host.Services.GetRequiredService<EventHub>();

    /// <summary>The API's address where it has a port.</summary>
    public Uri? Address => _host.ApiAddress;

    /// <param name="status">Changes what the node says of itself.</param>
    /// <param name="port">A port for the API beside its socket.</param>
    public static async Task<StubDaemon> StartAsync(string directory, Func<NodeStatus, NodeStatus>? status = null, string? port = null)
    {
        var daemon = new StubDaemon();
        DataDirectory.Prepare(directory);
        var options = new NodeOptions { DataDirectory = directory, Network = NetworkDocument.DevnetName, Log = new LogOptions { Console = false }, Api = new ApiOptions { Port = port } };
        if (!File.Exists(options.KeyFile)) KeyFile.Create(options.KeyFile).Dispose();
        daemon._host = await NodeHost.CreateAsync(options, (services, _) => services.AddSingleton<IOrderService>(daemon).AddSingleton<IMarketService>(daemon).AddSingleton<ILeaseService>(daemon)
            .AddSingleton<IPriceService>(daemon).AddSingleton<IOrderExplainer>(daemon).AddSingleton<INetworkService>(daemon).AddSingleton<INodeControl>(daemon).AddSingleton<IAccountService>(daemon)
            .AddSingleton<IStatusContributor>(new StubStatus(status ?? (told => told))));
        await daemon._host.StartAsync(CancellationToken.None);
        return daemon;
    }

    /// <summary>As a daemon ends: told first, so that what it is asked meanwhile is answered with that.</summary>
    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync(CancellationToken.None);
        await _host.DisposeAsync();
    }

    public Task<OrderView> CreateAsync(OrderRequest request, CancellationToken cancellationToken)
    {
        if (Failure is { } failure) throw failure;
        var order = new OrderView
        {
            Id = $"{Orders.Count + 1:x64}", Market = request.Market, Side = request.Side, State = request.DryRun ? OrderState.DryRun : OrderState.Open, PriceMicros = request.PriceMicros,
            Quantity = request.Quantity, TermMinutes = request.TermMinutes, FirstSlot = 1, LastSlot = 9, Hint = string.Join(";", request.Constraints),
        };
        Orders.Add(order);
        return Task.FromResult(order);
    }

    /// <summary>An ask is refused.</summary>
    async Task<IReadOnlyList<OrderPlacement>> IOrderService.CreateManyAsync(IReadOnlyList<OrderRequest> requests, CancellationToken cancellationToken)
    {
        var placed = new List<OrderPlacement>();
        foreach (var request in requests)
        {
            var number = placed.Count + 1;
            placed.Add(request.Side == "ask" ? new OrderPlacement { Number = number, Error = new ApiError("not-a-worker", "This node does not sell.", "") } : new OrderPlacement { Number = number, Order = await CreateAsync(request, cancellationToken) });
        }

        return placed;
    }

    Task<IReadOnlyList<OrderView>> IOrderService.ListAsync(string? state, int limit, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<OrderView>>([.. Orders.Where(order => state is null || order.State == state).Take(limit)]);

    Task<OrderView> IOrderService.GetAsync(string id, CancellationToken cancellationToken)
    {
        var at = Orders.FindIndex(order => order.Id.EndsWith(id, StringComparison.Ordinal));
        if (at < 0) throw new ApiException(ApiFailure.NotFound, "unknown-order", $"There is no order {id}.", "See `hypha-market order ls`.");
        return Task.FromResult(Orders[at] = Advance(Orders[at]));
    }

    public async Task<OrderView> CancelAsync(string id, CancellationToken cancellationToken)
    {
        var order = await ((IOrderService)this).GetAsync(id, cancellationToken);
        return order with { State = OrderState.Cancelled };
    }

    Task<IReadOnlyList<MarketView>> IMarketService.ListAsync(CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<MarketView>>([new MarketView { Market = new string('a', 64), Profile = "discovery-alpha", Brokers = 5, Quorum = 4 }]);

    public Task<QuoteView> QuoteAsync(string market, int levels, CancellationToken cancellationToken) => Failure is { } failure ? throw failure : Task.FromResult(new QuoteView
    {
        Market = new string('a', 64), Profile = "discovery-alpha", Slot = 7, BestBid = new LevelView(12_000, 3, 2), BestAsk = new LevelView(13_000, 1, 1),
        Bids = [new LevelView(12_000, 3, 2), new LevelView(11_000, 1, 1)], Asks = [new LevelView(13_000, 1, 1), new LevelView(14_000, 2, 1)], Answers = 3,
    });

    public async IAsyncEnumerable<QuoteView> WatchAsync(string market, int levels, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        for (var slot = WatchFrom; slot < WatchFrom + 3; slot++) yield return (await QuoteAsync(market, levels, cancellationToken)) with { Slot = slot };
        _toldAll.TrySetResult();
        // As a market's daemon: the next slot pair's quote has not come yet.
        await Task.Delay(Timeout.Infinite, cancellationToken);
    }

    private readonly TaskCompletionSource _toldAll = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>The slot of the first of the three quotes that a watcher gets.</summary>
    public long WatchFrom { get; set; } = 1;

    /// <summary>Completes when a watcher was given all three.</summary>
    public Task ToldAll => _toldAll.Task;

    public Task<BrokerSetView> GetBrokersAsync(string market, CancellationToken cancellationToken) => Task.FromResult(new BrokerSetView
    {
        Market = new string('a', 64), Epoch = 1, Kind = "change", Quorum = 4, Tolerated = 1, FirstSlot = 3, Members = [new BrokerView { Peer = "12D3KooWa", Connected = true }, new BrokerView { Peer = "12D3KooWb" }],
    });

    public Task<BrokerWhyView> ExplainBrokersAsync(string market, CancellationToken cancellationToken) => Task.FromResult(new BrokerWhyView
    {
        Market = new string('a', 64), Profile = "discovery-alpha", Key = new string('b', 64), NetworkSize = 40, SizeIs = "estimated", Found = 3, Floor = 5, Cap = 31, Wanted = 3, Config = new string('e', 64),
        Epoch = 2, Kind = "change", Previous = new string('f', 64), FirstSlot = 7, FirstSlotAt = DateTimeOffset.UnixEpoch, Members = 2, Quorum = 2, Tolerated = 0, Signatures = 2, SignedBy = "the set before", MembersFound = 1,
        Candidates =
        [
            new BrokerCandidateView { Peer = "12D3KooWa", Rank = 1, Distance = new string('0', 64), Connected = true, Member = true, Signed = true, SinceEpoch = 1, TermEndsAt = DateTimeOffset.UnixEpoch.AddDays(1) },
            new BrokerCandidateView { Peer = "12D3KooWc", Rank = 2, Distance = new string('1', 64), Self = true },
            new BrokerCandidateView { Peer = "12D3KooWb", Distance = new string('2', 64), Member = true },
        ],
        Changes = ["12D3KooWc is number 2 of the nearest and no member: it is next when a place is free."],
    });

    public Task<ProofView> GetBrokerProofAsync(string market, CancellationToken cancellationToken) => Task.FromResult(new ProofView { Id = new string('a', 64), File = BrokerProof });

    public Task<ProofView> GetProofAsync(string match, CancellationToken cancellationToken) => Proofs.TryGetValue(match, out var file)
        ? Task.FromResult(new ProofView { Id = match, File = file })
        : throw new ApiException(ApiFailure.NotFound, "unknown-match", $"This node keeps no proof of a match {match}.");

    /// <summary>Files by match id.</summary>
    public Dictionary<string, byte[]> Proofs { get; } = [];

    public byte[] BrokerProof { get; set; } = [];

    Task<IReadOnlyList<LeaseView>> ILeaseService.ListAsync(string? state, int limit, CancellationToken cancellationToken) => Task.FromResult<IReadOnlyList<LeaseView>>([Lease]);

    Task<LeaseView> ILeaseService.GetAsync(string id, CancellationToken cancellationToken) => Task.FromResult(Lease with { Check = Check });

    public Task<LeaseView> EndAsync(string id, string reason, CancellationToken cancellationToken) => Task.FromResult(Lease with { State = "ended" });

    public Task<LeaseCheckView> CheckAsync(string id, CancellationToken cancellationToken) => Task.FromResult(Check);

    public Task<IReadOnlyList<LeaseCheckView>> ListChecksAsync(string id, CancellationToken cancellationToken) => Task.FromResult<IReadOnlyList<LeaseCheckView>>([Check, Check]);

    public Task<ITunnel> OpenTunnelAsync(string id, System.Net.IPEndPoint local, int remotePort, CancellationToken cancellationToken) => Task.FromResult<ITunnel>(new LoopbackTunnel(id, local, remotePort));

    /// <summary>What the worker of every lease says of its machine.</summary>
    public LeaseCheckView Check { get; set; } = new()
    {
        Lease = new string('c', 64), Worker = "12D3KooWw", Profile = "discovery-alpha", Quantity = 1, Verdict = LeaseCheckView.Fits, AskedAt = DateTimeOffset.UnixEpoch, MeasuredAt = DateTimeOffset.UnixEpoch, System = "Debian",
        Accelerators = ["1 x Tesla T4, 15360 MiB"], CpuCores = 8, MemoryMib = 32_000, DiskMib = 200_000, Findings = [new LeaseFindingView("CPU cores", "4", "8", LeaseCheckView.Fits)], Record = [1, 2, 3],
    };

    private static LeaseView Lease => new()
    {
        Id = new string('c', 64), Match = new string('d', 64), Market = new string('a', 64), Profile = "discovery-alpha", Role = "buyer", Counterparty = "12D3KooWw", Quantity = 1, PriceMicros = 12_500,
        State = "active", StartsAt = DateTimeOffset.UnixEpoch, EndsAt = DateTimeOffset.UnixEpoch.AddHours(1), LongestEndsAt = DateTimeOffset.UnixEpoch.AddHours(2),
    };

    private sealed class StubStatus(Func<NodeStatus, NodeStatus> change) : IStatusContributor
    {
        public NodeStatus Contribute(NodeStatus status) => change(status);
    }
}
