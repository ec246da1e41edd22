using Google.Protobuf;
using HyphaMarket.Brokerage.Epochs;
using HyphaMarket.Brokerage.Records;
using HyphaMarket.Libp2p.Hosting;
using HyphaMarket.Libp2p.Identity;
using HyphaMarket.Libp2p.Kademlia;
using HyphaMarket.Libp2p.Multiformats;
using HyphaMarket.Libp2p.RequestResponse;
using HyphaMarket.Market.Ids;
using HyphaMarket.Market.Money;
using HyphaMarket.Market.Offers;
using HyphaMarket.Market.Profiles;
using HyphaMarket.Market.Slots;
using HyphaMarket.Node.Configuration;
using HyphaMarket.Node.Networking;
using HyphaMarket.Wire;
using HyphaMarket.Wire.Messages;
using Microsoft.Extensions.Logging.Abstractions;

namespace HyphaMarket.Cli.Tests.Processes;

/// <summary>A trader whose every step the test decides: it speaks the protocols over real libp2p and does nothing by itself.</summary>
internal sealed class HandTrader : IAsyncDisposable
{
    private readonly NetworkDefinition _network;
    private readonly KeyPair _keys = KeyPair.Generate();
    private readonly Host _host;
    private readonly KademliaDht _dht;
    private readonly MarketRpc _rpc;
    private readonly KeySigner _signer;

    private HandTrader(NetworkDefinition network, IReadOnlyList<string> bootstrap)
    {
        _network = network;
        _host = new Host(_keys);
        var peers = bootstrap.Select(Multiaddr.Parse).Select(address => address.TryGetPeer(out var peer) ? new BootstrapPeer(peer, [address.WithoutPeer()]) : throw new ArgumentException("No peer id.")).ToArray();
        _dht = new KademliaDht(_host, new KademliaOptions { Protocol = network.Parameters.KademliaPrefix, BootstrapPeers = peers });
        _rpc = new MarketRpc(_host, NullLogger<MarketRpc>.Instance);
        _signer = new KeySigner(_keys);
    }

    public ParticipantId Id => _signer.Id;

    public ISigner Signer => _signer;

    /// <summary>The market's broker set, once found.</summary>
    public EpochConfig Config { get; private set; } = null!;

    public MarketId Market { get; private set; }

    public Slot Now => _network.Schedule.SlotAt(new Instant(DateTimeOffset.UtcNow.ToUnixTimeMilliseconds()));

    public NetworkId Network => _network.Id;

    public static async Task<HandTrader> StartAsync(NetworkDefinition network, IReadOnlyList<string> bootstrap, string profile, CancellationToken stop)
    {
        var trader = new HandTrader(network, bootstrap);
        await trader._host.StartAsync(stop);
        trader._dht.Start();
        if (!ProfileCatalogue.BuiltIn.TryFind(profile, out var found, out var problem)) throw new ArgumentException(problem, nameof(profile));
        trader.Market = new MarketId(found.Id.Value);
        await trader.FindBrokersAsync(stop);
        return trader;
    }

    /// <summary>A signed offer with enough work.</summary>
    /// <param name="change">Changes the body before it is proven and signed.</param>
    public Record Offer(Side side, long price, ulong sequence, Action<OfferBody>? change = null)
    {
        var body = OfferBody.Parser.ParseFrom(OfferRecords.ToBody(new Offer
        {
            Id = default,
            Owner = Id,
            Sequence = sequence,
            Market = Market,
            Side = side,
            LimitPrice = new MicroCredits(price),
            Quantity = 1,
            LeaseTermMinutes = 1,
            // Ahead of the window's end, so that a busy machine brings it to all brokers in time.
            FirstSlot = Now.Plus(4),
            LastSlot = Now.Plus(240),
        }));
        change?.Invoke(body);
        var record = SignedRecords.Sign(_network.Id, RecordKind.Offer, body, _signer);
        // An impossible quantity is refused before its work is looked at.
        record.WorkNonce = Work(SignedRecords.IdOf(record), body.Quantity is >= 1 and <= 64 ? (int)body.Quantity : 1);
        return record;
    }

    /// <summary>A nonce with the work that the network wants.</summary>
    public ulong Work(RecordId id, int quantity)
    {
        var bits = ProofOfWork.RequiredBits((int)_network.Parameters.WorkBits, quantity);
        return ProofOfWork.TrySearch(id.Value, bits, 0, 1L << 26, out var nonce) ? nonce : throw new InvalidOperationException("No work found.");
    }

    /// <summary>Sends records to one broker and returns its answers.</summary>
    public Task<IReadOnlyList<SubmitResult>> SubmitAsync(EpochMember broker, CancellationToken stop, params Record[] records) => SubmitAsync(broker, Market, stop, records);

    /// <summary>Sends records to one broker as offers of any market.</summary>
    public async Task<IReadOnlyList<SubmitResult>> SubmitAsync(EpochMember broker, MarketId market, CancellationToken stop, params Record[] records)
    {
        var request = new SubmitRequest { Network = Bytes(_network.Id.Value), Market = Bytes(market.Value) };
        request.Records.AddRange(records);
        var response = await _rpc.CallAsync(broker.Peer, broker.Addresses, MarketProtocols.Offer, request, SubmitResponse.Parser, TimeSpan.FromSeconds(10), stop);
        return response?.Results ?? throw new IOException($"Broker {broker.Peer.ToText()} did not answer.");
    }

    /// <summary>Sends a record to every broker that answers; all of them must take it.</summary>
    public async Task PlaceAsync(Record record, CancellationToken stop)
    {
        var taken = 0;
        foreach (var member in Config.Members)
        {
            try
            {
                var result = (await SubmitAsync(member, stop, record)).Single();
                Assert.That(result.Refusal?.Detail, Is.Null);
                taken++;
            }
            catch (IOException)
            {
                // A broker that the test killed.
            }
        }

        Assert.That(taken, Is.GreaterThanOrEqualTo(Config.Quorum.OneHonest));
    }

    /// <summary>A stream to a broker, agreed on the protocol and empty.</summary>
    public async Task<PeerStream> OpenAsync(EpochMember broker, string protocol, CancellationToken stop)
    {
        var peer = PeerId.FromBytes(broker.Peer.Span);
        _rpc.Learn(peer, broker.Addresses);
        return await _host.OpenStreamAsync(peer, [protocol], stop);
    }

    /// <summary>Watches at one broker until the offer is filled; null where it is not within the time.</summary>
    public async Task<FillNotice?> FillOfAsync(Record offer, TimeSpan within, CancellationToken stop)
    {
        var id = Bytes(SignedRecords.IdOf(offer).Value);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(stop);
        limit.CancelAfter(within);
        foreach (var member in Config.Members)
        {
            if (!member.Peer.TryToPeer(out var peer)) continue;
            _rpc.Learn(peer, member.Addresses);
            try
            {
                await using var stream = await _host.OpenStreamAsync(peer, [MarketProtocols.Watch], limit.Token);
                await LengthPrefixed.WriteAsync(stream, new WatchRequest { Network = Bytes(_network.Id.Value), Market = Bytes(Market.Value) }, limit.Token);
                while (await LengthPrefixed.ReadAsync(stream, MarketProtocols.MaxMessage, limit.Token) is { } bytes)
                {
                    if (WatchEvent.Parser.ParseFrom(bytes).Fills.FirstOrDefault(fill => FillBody.Parser.ParseFrom(fill.Certificate.Fill).Legs.Any(leg => leg.Offer == id)) is { } found) return found;
                }
            }
            catch (IOException)
            {
                // The next broker may live.
            }
            catch (OperationCanceledException) when (!stop.IsCancellationRequested)
            {
                return null;
            }
        }

        return null;
    }

    /// <summary>Shows the certificate to the seller.</summary>
    public Task<SettleResponse?> ClaimAsync(FillNotice notice, Record bid, CancellationToken stop) => StepAsync(
        notice,
        new SettleRequest { Network = Bytes(_network.Id.Value), Claim = new SettleClaim { Certificate = notice.Certificate, Bid = bid, Config = notice.Config } },
        stop);

    /// <summary>Activates what the seller accepted.</summary>
    public Task<SettleResponse?> ActivateAsync(FillNotice notice, Record accepted, CancellationToken stop)
    {
        var body = new ActivatedBody
        {
            Terms = AcceptedBody.Parser.ParseFrom(accepted.Body).Terms,
            TermMinutes = OfferBody.Parser.ParseFrom(notice.Offers[0].Body).LeaseTermMinutes,
            UnixMs = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds(),
        };
        var activated = SignedRecords.Sign(_network.Id, RecordKind.Activated, body, _signer);
        return StepAsync(notice, new SettleRequest { Network = Bytes(_network.Id.Value), Activate = activated }, stop);
    }

    /// <summary>When the fill must be settled.</summary>
    public DateTimeOffset DeadlineOf(FillNotice notice) =>
        DateTimeOffset.FromUnixTimeMilliseconds(_network.Schedule.DeadlineOf(new Slot(ResultBody.Parser.ParseFrom(notice.Certificate.Result).Slot)).UnixMs);

    public async ValueTask DisposeAsync()
    {
        await _dht.DisposeAsync();
        await _host.DisposeAsync();
        _keys.Dispose();
    }

    private async Task<SettleResponse?> StepAsync(FillNotice notice, SettleRequest request, CancellationToken stop)
    {
        // The seller's addresses are in its signed offer; it may have come back at another one, which the DHT does not know either.
        var seller = FillBody.Parser.ParseFrom(notice.Certificate.Fill).Legs[^1];
        var offer = notice.Offers.Select(record => OfferBody.Parser.ParseFrom(record.Body)).Single(body => body.Owner == seller.Owner);
        var peer = PeerId.FromBytes(seller.Owner.Span);
        _rpc.Learn(peer, [.. offer.Addresses.Select(address => (ReadOnlyMemory<byte>)address.ToByteArray())]);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(stop);
        limit.CancelAfter(TimeSpan.FromSeconds(5));
        try
        {
            await using var stream = await _host.OpenStreamAsync(peer, [MarketProtocols.Settle], limit.Token);
            await LengthPrefixed.WriteAsync(stream, request, limit.Token);
            return await LengthPrefixed.ReadAsync(stream, MarketProtocols.MaxSmallMessage, limit.Token) is { } bytes ? SettleResponse.Parser.ParseFrom(bytes) : null;
        }
        catch (Exception e) when (e is IOException || (e is OperationCanceledException && !stop.IsCancellationRequested))
        {
            return null;
        }
    }

    private async Task FindBrokersAsync(CancellationToken stop)
    {
        var verifier = new PeerSignatureVerifier();
        while (true)
        {
            stop.ThrowIfCancellationRequested();
            try
            {
                var nearest = await _dht.GetClosestPeersAsync(Market.ToArray(), stop);
                var ids = nearest.Select(peer => peer.Id.ToParticipant()).ToHashSet();
                foreach (var peer in nearest)
                {
                    var request = new EpochRequest { Network = Bytes(_network.Id.Value), Market = Bytes(Market.Value), AfterEpoch = 0 };
                    var answer = await _rpc.CallAsync(peer.Id.ToParticipant(), peer.Addresses.ToBytes(), MarketProtocols.Epoch, request, EpochResponse.Parser, TimeSpan.FromSeconds(5), stop);
                    foreach (var record in answer?.Configs?.Configs.ToArray() ?? [])
                    {
                        if (!EpochConfig.TryParse(record, out var config) || EpochAcceptance.WhyNot(_network.Id, Market, config, ids, verifier) is not null) continue;
                        Config = config;
                        return;
                    }
                }
            }
            catch (KademliaException)
            {
                // The network is still being made.
            }

            await Task.Delay(200, stop);
        }
    }

    private static ByteString Bytes(Hash256 hash) => ByteString.CopyFrom(hash.ToArray());
}
