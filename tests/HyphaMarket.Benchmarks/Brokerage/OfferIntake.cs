using System.Diagnostics;
using System.Globalization;
using Google.Protobuf;
using HyphaMarket.Brokerage.Brokers;
using HyphaMarket.Brokerage.Epochs;
using HyphaMarket.Brokerage.Records;
using HyphaMarket.Libp2p.Hosting;
using HyphaMarket.Libp2p.Identity;
using HyphaMarket.Market.Ids;
using HyphaMarket.Market.Matching;
using HyphaMarket.Market.Money;
using HyphaMarket.Market.Offers;
using HyphaMarket.Market.Slots;
using HyphaMarket.Node.Networking;
using HyphaMarket.Wire;
using HyphaMarket.Wire.Messages;
using Microsoft.Extensions.Logging.Abstractions;

namespace HyphaMarket.Benchmarks.Brokerage;

/// <summary>How many signed offers a second one broker takes: the bare signature check, the broker's core alone, and over libp2p on loopback.</summary>
internal static class OfferIntake
{
    private const int Owners = 64;
    private const int OffersOfEach = 60;
    private const int Batch = 20;

    /// <summary>The yardstick: one thread that only checks signatures.</summary>
    public static void MeasureVerification()
    {
        using var keys = KeyPair.Generate();
        var message = new byte[200];
        var signature = keys.Sign(message);
        var verifier = new PeerSignatureVerifier();
        var id = keys.PeerId.ToParticipant();
        var clock = Stopwatch.StartNew();
        var count = 0;
        for (; clock.Elapsed < TimeSpan.FromSeconds(2); count++)
        {
            if (!verifier.Verify(id, message, signature)) throw new InvalidOperationException("A right signature was refused.");
        }

        Report("signature checks, one thread", count, clock.Elapsed);
    }

    /// <summary>Bytes in memory to the book, on one thread: parsing, work, signature, store, receipt.</summary>
    public static void MeasureCore()
    {
        var (rules, broker, _) = Market();
        var offers = MakeOffers(rules);
        broker.OnTimer(Now);
        var clock = Stopwatch.StartNew();
        foreach (var (owner, records) in offers)
        {
            foreach (var record in records) Taken(broker.Submit(Now, owner, Record.Parser.ParseFrom(record)));
        }

        Report("offers into a broker's core, one thread", Owners * OffersOfEach, clock.Elapsed);
    }

    /// <summary>Owners on connections of their own submit in batches of 20 to one broker over TCP, Noise and Yamux, all in this process.</summary>
    public static async Task MeasureOverLoopbackAsync()
    {
        var (rules, broker, keys) = Market();
        await using var server = new Host(keys, new HostOptions { ListenAddresses = [Loopback] });
        await server.StartAsync(CancellationToken.None);
        var gate = new Lock();
        new MarketRpc(server, NullLogger<MarketRpc>.Instance).Serve(MarketProtocols.Offer, SubmitRequest.Parser, new HyphaMarket.Libp2p.RequestResponse.ServeOptions { MaxRequestBytes = MarketProtocols.MaxMessage }, (from, request, _) =>
        {
            var response = new SubmitResponse();
            lock (gate) response.Results.AddRange(request.Records.Select(record => broker.Submit(Now, from, record)));
            return Task.FromResult<IMessage>(response);
        });
        var offers = MakeOffers(rules);
        var clients = new List<(Host Host, MarketRpc Rpc, List<SubmitRequest> Requests)>();
        foreach (var (_, records) in offers)
        {
            var host = new Host(KeyPair.Generate());
            await host.StartAsync(CancellationToken.None);
            await host.ConnectAsync(server.Id, server.Addresses, CancellationToken.None);
            clients.Add((host, new MarketRpc(host, NullLogger<MarketRpc>.Instance), [.. records.Chunk(Batch).Select(some =>
            {
                var request = new SubmitRequest { Network = ByteString.CopyFrom(rules.Network.Value.ToArray()), Market = ByteString.CopyFrom(rules.Market.ToArray()) };
                request.Records.AddRange(some.Select(Record.Parser.ParseFrom));
                return request;
            })]));
        }

        var clock = Stopwatch.StartNew();
        await Task.WhenAll(clients.Select(async client =>
        {
            foreach (var request in client.Requests)
            {
                var response = await client.Rpc.CallAsync(keys.PeerId.ToParticipant(), [], MarketProtocols.Offer, request, SubmitResponse.Parser, TimeSpan.FromSeconds(30), CancellationToken.None)
                    ?? throw new IOException("The broker did not answer.");
                foreach (var result in response.Results) Taken(result);
            }
        }));
        Report($"offers into one broker over loopback, {Owners} connections, batches of {Batch}", Owners * OffersOfEach, clock.Elapsed);
        foreach (var (host, _, _) in clients) await host.DisposeAsync();
    }

    private static Instant Now => new(DateTimeOffset.UtcNow.ToUnixTimeMilliseconds());

    private static HyphaMarket.Libp2p.Multiformats.Multiaddr Loopback => HyphaMarket.Libp2p.Multiformats.Multiaddr.Parse("/ip4/127.0.0.1/tcp/0");

    private static (MarketRules Rules, MarketBroker Broker, KeyPair Keys) Market()
    {
        var rules = new MarketRules
        {
            Network = new NetworkId(Hash256.Of("benchmark"u8)),
            Market = new MarketId(Hash256.Of("benchmark market"u8)),
            Schedule = SlotSchedule.WithDefaultBounds(0, 2_000),
            Clearing = ClearingRules.Find("pairwise-mean")!,
            TtlCapSlots = 300,
        };
        var keys = KeyPair.Generate();
        var config = EpochConfig.First(rules.Market, [new EpochMember(keys.PeerId.ToParticipant(), [])], new Slot(0));
        return (rules, new MarketBroker(rules, config, new BrokerOptions(), new KeySigner(keys), new PeerSignatureVerifier()), keys);
    }

    private static List<(ParticipantId Owner, byte[][] Records)> MakeOffers(MarketRules rules)
    {
        var slot = rules.Schedule.SlotAt(Now);
        var made = new List<(ParticipantId, byte[][])>();
        for (var owner = 0; owner < Owners; owner++)
        {
            using var keys = KeyPair.Generate();
            var signer = new KeySigner(keys);
            made.Add((signer.Id, [.. Enumerable.Range(1, OffersOfEach).Select(sequence =>
            {
                var body = OfferRecords.ToBody(new Offer
                {
                    Id = default,
                    Owner = signer.Id,
                    Sequence = (ulong)sequence,
                    Market = rules.Market,
                    Side = Side.Bid,
                    LimitPrice = new MicroCredits(1_000 + sequence),
                    Quantity = 1,
                    LeaseTermMinutes = 60,
                    // Making them takes seconds; they must not have begun by then.
                    FirstSlot = slot.Plus(30),
                    LastSlot = slot.Plus(200),
                });
                var record = SignedRecords.Sign(rules.Network, RecordKind.Offer, body, signer);
                if (!ProofOfWork.TrySearch(SignedRecords.IdOf(record).Value, ProofOfWork.RequiredBits(rules.WorkBits, 1), 0, 1L << 26, out var nonce)) throw new InvalidOperationException("No work found.");
                record.WorkNonce = nonce;
                return record.ToByteArray();
            })]));
        }

        return made;
    }

    private static void Taken(SubmitResult result)
    {
        if (result.Receipt is null) throw new InvalidOperationException($"An offer was refused: {result.Refusal}");
    }

    private static void Report(string what, int count, TimeSpan elapsed) =>
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{what}: {count / elapsed.TotalSeconds:N0}/s ({count:N0} in {elapsed.TotalMilliseconds:N0} ms)"));
}
