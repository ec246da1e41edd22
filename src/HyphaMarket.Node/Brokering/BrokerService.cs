using System.Collections.Concurrent;
using Google.Protobuf;
using HyphaMarket.Libp2p.Hosting;
using HyphaMarket.Libp2p.RequestResponse;
using HyphaMarket.Market.Ids;
using HyphaMarket.Market.Slots;
using HyphaMarket.Node.Api.Contracts;
using HyphaMarket.Node.Api.Services;
using HyphaMarket.Node.Configuration;
using HyphaMarket.Node.Networking;
using HyphaMarket.Node.Telemetry;
using HyphaMarket.Wire;
using HyphaMarket.Wire.Messages;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace HyphaMarket.Node.Brokering;

/// <summary>The broker's protocols on the network: finds the room of the market that a request is about, and makes it when it is first wanted.</summary>
public sealed class BrokerService(
    BrokerSurroundings surroundings, MarketDirectory markets, NetworkDefinition network, TimeProvider time, ILoggerFactory logs) : IHostedService, IStatusContributor, ILivenessCheck, IGaugeSource, IAsyncDisposable
{
    internal const int MaxSubmittedRecords = 64;

    /// <summary>Offers of all bundles of one submission: one of the largest.</summary>
    internal const int MaxBundledRecords = Bundles.MaxSize;

    private readonly ConcurrentDictionary<MarketId, Lazy<BrokerRoom>> _rooms = new();
    private readonly CancellationTokenSource _stopping = new();
    private Task _advertising = Task.CompletedTask;
    private readonly ServeOptions _small = new() { MaxRequestBytes = MarketProtocols.MaxSmallMessage };
    private readonly ServeOptions _large = new() { MaxRequestBytes = MarketProtocols.MaxMessage };
    private readonly byte[] _network = network.Id.Value.ToArray();

    /// <summary>The rooms of markets that were wanted so far.</summary>
    public IEnumerable<BrokerRoom> Rooms => _rooms.Values.Where(room => room.IsValueCreated).Select(room => room.Value);

    /// <inheritdoc/>
    public string Name => "the brokered markets";

    /// <inheritdoc/>
    public async Task AnswerAsync(CancellationToken within)
    {
        foreach (var room in Rooms) await room.AnswerAsync(within);
    }

    /// <summary>The room of a market, or null where it is wanted by nobody yet.</summary>
    public BrokerRoom? Find(MarketId market) => _rooms.TryGetValue(market, out var room) ? room.Value : null;

    /// <summary>Gives this node's places in all broker sets up, before it is shut down.</summary>
    public async Task LeaveAsync()
    {
        foreach (var room in Rooms) await room.LeaveAsync();
    }

    public Task StartAsync(CancellationToken cancellationToken)
    {
        var rpc = surroundings.Network.Rpc;
        rpc.Serve(MarketProtocols.Epoch, EpochRequest.Parser, _small, OnEpochAsync);
        rpc.Serve(MarketProtocols.Offer, bytes => SubmitRequestReader.Read(bytes, MaxSubmittedRecords, MaxBundledRecords), _large, OnSubmitAsync);
        rpc.Serve(MarketProtocols.Quote, QuoteRequest.Parser, _small, OnQuoteAsync);
        rpc.Serve(MarketProtocols.Slot, SlotRequest.Parser, _small, OnSlotAsync);
        rpc.Serve(MarketProtocols.Broker, BrokerRequest.Parser, _large, OnBrokerAsync);
        surroundings.Network.Host.Handle(MarketProtocols.Watch, OnWatchAsync);
        // Markets that this node brokered before it stopped go on without being asked for.
        foreach (var entry in surroundings.Replayed.Where(entry => entry.Kind == HyphaMarket.Brokerage.Journal.JournalKind.EpochAdopted))
        {
            if (HyphaMarket.Brokerage.Epochs.EpochConfig.TryParse(Record.Parser.ParseFrom(entry.Payload), out var config)) RoomOf(config.Market.ToArray());
        }

        _advertising = AdvertiseAsync();
        return Task.CompletedTask;
    }

    public async Task StopAsync(CancellationToken cancellationToken) => await DisposeAsync();

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _advertising;
        foreach (var room in Rooms) await room.DisposeAsync();
    }

    public NodeStatus Contribute(NodeStatus status)
    {
        ArgumentNullException.ThrowIfNull(status);
        var brokering = Rooms.Select(room => room.Status).Where(room => room.Config is not null).ToArray();
        var warnings = brokering.Where(room => room.ClockIsSkewed)
            .Select(room => $"This node's clock is {Math.Abs(room.ClockAheadMs ?? 0)} ms {(room.ClockAheadMs > 0 ? "ahead of" : "behind")} its fellow brokers' median, so it does not vote. Set the clock.")
            .Concat(brokering.Where(room => room.Config!.Quorum.Faulty == 0 && room.Config.Members.Count > 1)
                .Select(room => $"A market has only {room.Config!.Members.Count} brokers: it tolerates no failure."))
            .Concat(brokering.Where(room => room.Config!.Kind == EpochKind.Interregnum)
                .Select(_ => "A market is brokered by an interregnum: its broker set was gone, and only owners that accept interregna trade."))
            .Concat(brokering.Where(room => HyphaMarket.Brokerage.Epochs.AddressPrefixes.Shared(room.Config!.Members) > room.Config.Quorum.Faulty)
                .Select(room => $"{HyphaMarket.Brokerage.Epochs.AddressPrefixes.Shared(room.Config!.Members)} of the {room.Config.Members.Count} brokers of a market share a network: whoever runs it may run more of them than may fail."))
            .Distinct();
        return status with
        {
            BrokeredMarkets = brokering.Length,
            Voting = brokering.Length > 0 && brokering.All(room => room.Votes),
            ClockSkewMs = brokering.Select(room => room.ClockAheadMs).FirstOrDefault(skew => skew is not null),
            Warnings = [.. status.Warnings, .. warnings],
        };
    }

    /// <inheritdoc/>
    public async ValueTask ReadAsync(GaugeReadings readings, CancellationToken cancellationToken)
    {
        foreach (var room in Rooms) await room.ReadAsync(readings, cancellationToken);
    }

    private BrokerRoom? RoomOf(ReadOnlySpan<byte> market)
    {
        if (!MarketId.TryFromBytes(market, out var id) || markets.RulesOf(id) is not { } rules) return null;
        // The catalogue bounds the rooms: an unknown market has no rules and gets none.
        return _rooms.GetOrAdd(id, _ => new Lazy<BrokerRoom>(() =>
        {
            var room = new BrokerRoom(surroundings, rules, time, logs.CreateLogger<BrokerRoom>());
            room.Start();
            return room;
        })).Value;
    }

    private async Task AdvertiseAsync()
    {
        try
        {
            await new BrokerAdvertisement(surroundings.Network, time, logs.CreateLogger<BrokerAdvertisement>()).RunAsync(_stopping.Token);
        }
        catch (OperationCanceledException)
        {
            // The node is stopping.
        }
    }

    private bool IsOtherNetwork(ByteString network) => !network.Span.SequenceEqual(_network);

    private async Task<IMessage> OnEpochAsync(ParticipantId from, EpochRequest request, CancellationToken cancellationToken)
    {
        if (IsOtherNetwork(request.Network)) return new EpochResponse { Declined = new EpochDecline { Reason = EpochDeclineReason.WrongNetwork } };
        if (RoomOf(request.Market.Span) is not { } room) return new EpochResponse { Declined = new EpochDecline { Reason = EpochDeclineReason.UnknownMarket } };
        return await room.OnEpochAsync(request, cancellationToken);
    }

    private async Task<IMessage> OnSubmitAsync(ParticipantId from, SubmitRequest request, CancellationToken cancellationToken)
    {
        if (IsOtherNetwork(request.Network)) return AllRefused(request, RefusalReason.WrongNetwork, "This node is in another network. Compare the network ids: `hypha-market node status`.");
        if (request.Records.Count > MaxSubmittedRecords) return AllRefused(request, RefusalReason.Malformed, $"A submission has at most {MaxSubmittedRecords} records.");
        if (request.Bundles.Sum(Bundles.AnswersTo) > MaxBundledRecords) return AllRefused(request, RefusalReason.Malformed, $"The bundles of a submission have at most {MaxBundledRecords} offers.");
        if (RoomOf(request.Market.Span) is not { } room) return AllRefused(request, RefusalReason.UnknownMarket, "I know no profile of this market.");
        return await room.SubmitAsync(from, request.Records, request.Bundles, request.SenderUnixMs == 0 ? null : new Instant(request.SenderUnixMs), cancellationToken);
    }

    private Task<IMessage> OnQuoteAsync(ParticipantId from, QuoteRequest request, CancellationToken cancellationToken)
    {
        if (IsOtherNetwork(request.Network)) return Task.FromResult<IMessage>(new QuoteResponse { Refusal = new Refusal { Reason = RefusalReason.WrongNetwork } });
        if (RoomOf(request.Market.Span) is not { } room) return Task.FromResult<IMessage>(new QuoteResponse { Refusal = new Refusal { Reason = RefusalReason.UnknownMarket } });
        return Task.FromResult<IMessage>(room.Quote((int)Math.Min(int.MaxValue, request.Levels)));
    }

    private async Task<IMessage> OnSlotAsync(ParticipantId from, SlotRequest request, CancellationToken cancellationToken)
    {
        // Who is in another network, or asks about a market that nobody brokers here, gets what is known here: nothing.
        if (IsOtherNetwork(request.Network) || !MarketId.TryFromBytes(request.Market.Span, out var market) || Find(market) is not { } room) return new SlotResponse();
        return await room.InputOfAsync(request.Slot, cancellationToken);
    }

    private async Task<IMessage> OnBrokerAsync(ParticipantId from, BrokerRequest request, CancellationToken cancellationToken)
    {
        if (IsOtherNetwork(request.Network)) return new BrokerResponse { Refused = new BrokerDecline { Reason = "This node is in another network." } };
        if (RoomOf(request.Market.Span) is not { } room) return new BrokerResponse { Refused = new BrokerDecline { Reason = "I know no profile of this market." } };
        return await room.OnBrokerAsync(from, request, cancellationToken);
    }

    private async Task OnWatchAsync(PeerStream stream, CancellationToken cancellationToken)
    {
        using var opening = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        opening.CancelAfter(TimeSpan.FromSeconds(10));
        var bytes = await LengthPrefixed.ReadAsync(stream, 4096, opening.Token);
        if (bytes is null) return;
        var request = WatchRequest.Parser.ParseFrom(bytes);
        if (IsOtherNetwork(request.Network) || RoomOf(request.Market.Span) is not { } room || await room.WatchAsync(stream.Peer.ToParticipant(), request, opening.Token) is not { } watcher)
        {
            stream.Reset();
            return;
        }

        try
        {
            await foreach (var told in watcher.Events.ReadAllAsync(cancellationToken))
            {
                using var writing = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
                // Who does not read for so long is gone.
                writing.CancelAfter(TimeSpan.FromSeconds(20));
                await LengthPrefixed.WriteAsync(stream, told, writing.Token);
            }
        }
        finally
        {
            await room.UnwatchAsync(watcher);
        }
    }

    private static SubmitResponse AllRefused(SubmitRequest request, RefusalReason reason, string detail)
    {
        var response = new SubmitResponse();
        var count = Math.Min(MaxSubmittedRecords, request.Records.Count) + Math.Min(MaxBundledRecords, request.Bundles.Sum(Bundles.AnswersTo));
        response.Results.AddRange(Enumerable.Range(0, count).Select(_ => new SubmitResult { Refusal = new Refusal { Reason = reason, Detail = detail } }));
        return response;
    }
}
