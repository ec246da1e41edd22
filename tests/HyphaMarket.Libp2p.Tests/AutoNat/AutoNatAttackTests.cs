using Google.Protobuf;
using HyphaMarket.Libp2p.AutoNat;
using HyphaMarket.Libp2p.AutoNat.Client;
using HyphaMarket.Libp2p.AutoNat.Messages;
using HyphaMarket.Libp2p.AutoNat.Server;
using HyphaMarket.Libp2p.Hosting;
using HyphaMarket.Libp2p.Identity;
using HyphaMarket.Libp2p.Multiformats;
using HyphaMarket.Libp2p.RequestResponse;
using ResponseStatus = HyphaMarket.Libp2p.AutoNat.Messages.DialResponse.Types.ResponseStatus;

namespace HyphaMarket.Libp2p.Tests.AutoNat;

/// <summary>Servers that lie to a client, and clients that would use a server against others.</summary>
[TestFixture]
[CancelAfter(60_000)]
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class AutoNatAttackTests : IAsyncDisposable
{
    private readonly AutoNatNetwork _network = new();

    public ValueTask DisposeAsync() => _network.DisposeAsync();

    [Test]
    public async Task Server_ThatClaimsToHaveDialled_ButHasNot_IsNotBelieved(CancellationToken cancellationToken)
    {
        var answered = new Countdown(3);
        var client = await ClientOfAsync(3, (_, _) => Task.FromResult(AutoNatCodec.Response(0, DialStatus.Ok)), answered, cancellationToken);
        await answered.Done.WaitAsync(cancellationToken);
        AssertNothingIsBelieved(client);
    }

    [Test]
    public async Task Server_ThatTellsTheNonceOverTheOldConnection_IsNotBelieved(CancellationToken cancellationToken)
    {
        var answered = new Countdown(3);
        var client = await ClientOfAsync(
            3,
            async (server, request) =>
            {
                var accepted = await TellNonceAsync(server, server.ConnectedPeers.Single(), request.Nonce);
                Assert.That(accepted, Is.False, "the dial-back is reset");
                return AutoNatCodec.Response(0, DialStatus.Ok);
            },
            answered,
            cancellationToken);
        await answered.Done.WaitAsync(cancellationToken);
        AssertNothingIsBelieved(client);
    }

    [Test]
    public async Task Server_ThatAsksForTooMuchDialData_GetsNone(CancellationToken cancellationToken)
    {
        var answered = new Countdown(3);
        var client = await ClientOfAsync(3, (_, _) => Task.FromResult(AutoNatCodec.DataRequest(0, 100_001)), answered, cancellationToken);
        await answered.Done.WaitAsync(cancellationToken);
        AssertNothingIsBelieved(client);
    }

    [Test]
    public async Task Client_ThatAsksForAVictim_AndDoesNotPay_CausesNoDial(CancellationToken cancellationToken)
    {
        var nowhere = new NowhereTransport();
        var (attacker, server) = await AttackAsync(null, nowhere, cancellationToken);
        await using var stream = await attacker.OpenStreamAsync(server.Id, [AutoNatProtocol.DialRequestId], cancellationToken);
        await LengthPrefixed.WriteAsync(stream, AutoNatCodec.Request(1, [Multiaddr.Parse("/ip4/127.9.9.9/tcp/443")]), cancellationToken);
        var price = AutoNatCodec.Read(await LengthPrefixed.ReadAsync(stream, 8_192, cancellationToken)).DialDataRequest;
        Assert.That(price.NumBytes, Is.InRange(30_000ul, 100_000ul));

        await LengthPrefixed.WriteAsync(stream, AutoNatCodec.Data(ByteString.CopyFrom(new byte[4_096])), cancellationToken);
        await stream.CloseWriteAsync(cancellationToken);

        Assert.That(async () => await LengthPrefixed.ReadAsync(stream, 8_192, cancellationToken), Throws.InstanceOf<StreamResetException>());
        Assert.That(nowhere.Dials, Is.Zero);
    }

    [Test]
    public async Task Client_ThatPaysInSingleBytes_IsCutOff(CancellationToken cancellationToken)
    {
        var nowhere = new NowhereTransport();
        var (attacker, server) = await AttackAsync(null, nowhere, cancellationToken);
        await using var stream = await attacker.OpenStreamAsync(server.Id, [AutoNatProtocol.DialRequestId], cancellationToken);
        await LengthPrefixed.WriteAsync(stream, AutoNatCodec.Request(1, [Multiaddr.Parse("/ip4/127.9.9.9/tcp/443")]), cancellationToken);
        await LengthPrefixed.ReadAsync(stream, 8_192, cancellationToken);

        await LengthPrefixed.WriteAsync(stream, AutoNatCodec.Data(ByteString.CopyFrom(new byte[1])), cancellationToken);

        Assert.That(async () => await LengthPrefixed.ReadAsync(stream, 8_192, cancellationToken), Throws.InstanceOf<StreamResetException>());
        Assert.That(nowhere.Dials, Is.Zero);
    }

    [Test]
    public async Task Client_ThatFloods_IsRejectedInWords_AndTheDialsStayFew(CancellationToken cancellationToken)
    {
        var nowhere = new NowhereTransport();
        var (attacker, server) = await AttackAsync(AutoNatNetwork.ServerOptions, nowhere, cancellationToken);
        var rejected = 0;
        for (var i = 0; i < 100; i++)
        {
            await using var stream = await attacker.OpenStreamAsync(server.Id, [AutoNatProtocol.DialRequestId], cancellationToken);
            await LengthPrefixed.WriteAsync(stream, AutoNatCodec.Request((ulong)i, [attacker.ListenAddresses[0]]), cancellationToken);
            var answer = AutoNatCodec.Read(await LengthPrefixed.ReadAsync(stream, 8_192, cancellationToken)).DialResponse;
            if (answer.Status == ResponseStatus.ERequestRejected) rejected++;
        }
        // A minute may turn within the test, never two.
        Assert.That(nowhere.Dials, Is.InRange(1, 2 * AutoNatNetwork.ServerOptions.MaxRequestsPerPeerPerMinute));
        Assert.That(rejected, Is.EqualTo(100 - nowhere.Dials));
    }

    [Test]
    public async Task Client_ThatSendsGarbage_IsCutOff_AndOthersAreServed(CancellationToken cancellationToken)
    {
        var (attacker, server) = await AttackAsync(AutoNatNetwork.ServerOptions, new NowhereTransport(), cancellationToken);
        await using var stream = await attacker.OpenStreamAsync(server.Id, [AutoNatProtocol.DialRequestId], cancellationToken);
        await LengthPrefixed.WriteAsync(stream, new byte[] { 0xFF, 0xFF, 0xFF, 0xFF }, cancellationToken);
        Assert.That(async () => await LengthPrefixed.ReadAsync(stream, 8_192, cancellationToken), Throws.InstanceOf<StreamResetException>());

        var honest = await _network.AddHostAsync();
        await honest.ConnectAsync(server.Id, server.Addresses, cancellationToken);
        await using var other = await honest.OpenStreamAsync(server.Id, [AutoNatProtocol.DialRequestId], cancellationToken);
        await LengthPrefixed.WriteAsync(other, AutoNatCodec.Request(1, [honest.ListenAddresses[0]]), cancellationToken);
        Assert.That(AutoNatCodec.Read(await LengthPrefixed.ReadAsync(other, 8_192, cancellationToken)).DialResponse.Status, Is.EqualTo(ResponseStatus.Ok));
    }

    [Test]
    public void Messages_MutatedAtRandom_AreReadOrRefused_AndNothingElse()
    {
        const int Seed = 20261122;
        TestContext.Out.WriteLine($"seed {Seed}");
        var random = new Random(Seed);
        byte[][] samples =
        [
            AutoNatCodec.Request(7, [Multiaddr.Parse("/ip4/11.0.0.9/tcp/4001"), Multiaddr.Parse("/ip6/2600::9/tcp/4001")]).ToByteArray(),
            AutoNatCodec.DataRequest(1, 30_000).ToByteArray(),
            AutoNatCodec.Data(ByteString.CopyFrom(new byte[64])).ToByteArray(),
            AutoNatCodec.Response(1, DialStatus.Ok).ToByteArray(),
        ];
        var read = 0;
        for (var i = 0; i < 20_000; i++)
        {
            var bytes = (byte[])samples[i % samples.Length].Clone();
            for (var n = random.Next(1, 4); n > 0; n--) bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            if (random.Next(4) == 0) bytes = bytes[..random.Next(bytes.Length)];
            try
            {
                var message = AutoNatCodec.Read(bytes);
                if (message.MsgCase == Message.MsgOneofCase.DialRequest) Assert.That(AutoNatCodec.Addresses(message.DialRequest), Has.Count.LessThanOrEqualTo(AutoNatProtocol.MaxAddresses));
                read++;
            }
            catch (InvalidDataException)
            {
                // Refused.
            }
        }
        Assert.That(read, Is.InRange(1, 19_999), "some are read and some are not");
    }

    /// <returns>Whether the node took the nonce.</returns>
    private static async Task<bool> TellNonceAsync(Host server, PeerId node, ulong nonce)
    {
        try
        {
            await using var stream = await server.OpenStreamAsync(node, [AutoNatProtocol.DialBackId]);
            await LengthPrefixed.WriteAsync(stream, new DialBack { Nonce = nonce });
            return await LengthPrefixed.ReadAsync(stream, 64) is not null;
        }
        catch (StreamResetException)
        {
            return false;
        }
    }

    private static void AssertNothingIsBelieved(AutoNatClient client) =>
        Assert.That(client.Addresses.Single(), Is.EqualTo(new AddressReachability(client.Addresses.Single().Address, Reachability.Unknown, 0, 0)));

    private async Task<(Host Attacker, Host Server)> AttackAsync(AutoNatServerOptions? options, NowhereTransport transport, CancellationToken cancellationToken)
    {
        var attacker = await _network.AddHostAsync();
        var server = await _network.AddServerAsync(options, transport);
        await attacker.ConnectAsync(server.Id, server.Addresses, cancellationToken);
        return (attacker, server);
    }

    /// <summary>A client of servers that answer as they are told, each asked once before any is asked again.</summary>
    private async Task<AutoNatClient> ClientOfAsync(int servers, Func<Host, DialRequest, Task<Message>> answer, Countdown answered, CancellationToken cancellationToken)
    {
        var node = await _network.AddHostAsync();
        var client = _network.StartClient(node);
        for (var i = 0; i < servers; i++)
        {
            var server = await _network.AddHostAsync();
            server.Handle(AutoNatProtocol.DialRequestId, async (stream, token) =>
            {
                var request = AutoNatCodec.Read(await LengthPrefixed.ReadAsync(stream, 8_192, token)).DialRequest;
                await LengthPrefixed.WriteAsync(stream, await answer(server, request), token);
                await stream.CloseWriteAsync(token);
                // The client has judged the answer once it ends the stream, by closing or by resetting it.
                try
                {
                    await LengthPrefixed.ReadAsync(stream, 8_192, token);
                }
                catch (StreamResetException)
                {
                    // It turned the answer down.
                }
                answered.Signal();
            });
            await node.ConnectAsync(server.Id, server.Addresses, cancellationToken);
        }
        return client;
    }
}
