using HyphaMarket.Libp2p.AutoNat;
using HyphaMarket.Libp2p.AutoNat.Messages;
using HyphaMarket.Libp2p.AutoNat.Server;
using HyphaMarket.Libp2p.Hosting;
using HyphaMarket.Libp2p.Multiformats;
using HyphaMarket.Libp2p.RequestResponse;
using ResponseStatus = HyphaMarket.Libp2p.AutoNat.Messages.DialResponse.Types.ResponseStatus;

namespace HyphaMarket.Libp2p.Tests.AutoNat;

/// <summary>Client and server on real hosts; the deadline only bounds a hang.</summary>
[TestFixture]
[CancelAfter(60_000)]
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class AutoNatTests : IAsyncDisposable
{
    private readonly AutoNatNetwork _network = new();

    public ValueTask DisposeAsync() => _network.DisposeAsync();

    [Test]
    public async Task Node_ThatThreeServersDialBack_IsPublic_AndTellsItsAddress(CancellationToken cancellationToken)
    {
        var node = await _network.AddHostAsync();
        var known = ReachabilityOf(node);
        var client = _network.StartClient(node);
        for (var i = 0; i < 3; i++)
        {
            var server = await _network.AddServerAsync();
            await node.ConnectAsync(server.Id, server.Addresses, cancellationToken);
        }

        Assert.That(await known.WaitAsync(cancellationToken), Is.EqualTo(Reachability.Public));
        Assert.That(client.Addresses.Single().Address, Is.EqualTo(node.ListenAddresses.Single()));
        Assert.That(client.Addresses.Single().Reachable, Is.EqualTo(3));
    }

    [Test]
    public async Task Node_ThatServersCannotDial_IsPrivate(CancellationToken cancellationToken)
    {
        var node = await _network.AddHostAsync();
        var known = ReachabilityOf(node);
        var client = _network.StartClient(node);
        for (var i = 0; i < 3; i++)
        {
            // Its dial-backs meet nobody, as behind a firewall.
            var server = await _network.AddServerAsync(transport: new NowhereTransport());
            await node.ConnectAsync(server.Id, server.Addresses, cancellationToken);
        }

        Assert.That(await known.WaitAsync(cancellationToken), Is.EqualTo(Reachability.Private));
        Assert.That(client.Addresses.Single().Unreachable, Is.EqualTo(3));
    }

    [Test]
    public async Task DialBack_ComesOnANewConnection_OfAnotherPeer(CancellationToken cancellationToken)
    {
        var node = await _network.AddHostAsync();
        var server = await _network.AddServerAsync();
        var inbound = new TaskCompletionSource<ConnectionInfo>(TaskCreationOptions.RunContinuationsAsynchronously);
        await node.ConnectAsync(server.Id, server.Addresses, cancellationToken);
        node.Handle(AutoNatProtocol.DialBackId, async (stream, token) =>
        {
            var nonce = AutoNatCodec.ReadDialBack(await LengthPrefixed.ReadAsync(stream, 64, token));
            Assert.That(nonce, Is.EqualTo(4711));
            inbound.TrySetResult(stream.Connection);
            await LengthPrefixed.WriteAsync(stream, new DialBackResponse(), token);
        });

        var answer = await AskAsync(node, server, [node.ListenAddresses[0]], cancellationToken);

        Assert.That((answer.Status, answer.AddrIdx, answer.DialStatus), Is.EqualTo((ResponseStatus.Ok, 0u, DialStatus.Ok)));
        var connection = await inbound.Task.WaitAsync(cancellationToken);
        Assert.That(connection.Direction, Is.EqualTo(ConnectionDirection.Inbound));
        Assert.That(connection.Peer, Is.Not.EqualTo(server.Id));
        Assert.That(connection.RemoteAddress, Is.Not.EqualTo(server.ListenAddresses[0]), "the listening port is not used");
    }

    [Test]
    public async Task Address_ThatNobodyListensOn_IsADialError(CancellationToken cancellationToken)
    {
        var node = await _network.AddHostAsync();
        var server = await _network.AddServerAsync();
        await node.ConnectAsync(server.Id, server.Addresses, cancellationToken);
        var closed = Multiaddr.Parse(node.ListenAddresses[0].ToString().Split("/tcp/")[0] + "/tcp/1");

        var answer = await AskAsync(node, server, [closed], cancellationToken);

        Assert.That((answer.Status, answer.DialStatus), Is.EqualTo((ResponseStatus.Ok, DialStatus.EDialError)));
    }

    [Test]
    public async Task Address_OfAnotherPeer_IsADialError(CancellationToken cancellationToken)
    {
        var node = await _network.AddHostAsync();
        var victim = await _network.AddHostAsync();
        var server = await _network.AddServerAsync();
        await node.ConnectAsync(server.Id, server.Addresses, cancellationToken);

        var answer = await AskAsync(node, server, [victim.ListenAddresses[0]], cancellationToken);

        Assert.That((answer.Status, answer.DialStatus), Is.EqualTo((ResponseStatus.Ok, DialStatus.EDialError)));
    }

    [Test]
    public async Task Node_WithoutAHandlerForDialBacks_IsADialBackError(CancellationToken cancellationToken)
    {
        var node = await _network.AddHostAsync();
        var server = await _network.AddServerAsync();
        await node.ConnectAsync(server.Id, server.Addresses, cancellationToken);

        var answer = await AskAsync(node, server, [node.ListenAddresses[0]], cancellationToken);

        Assert.That((answer.Status, answer.DialStatus), Is.EqualTo((ResponseStatus.Ok, DialStatus.EDialBackError)));
    }

    [Test]
    public async Task Server_ThatMayNotDialPrivateAddresses_RefusesAll(CancellationToken cancellationToken)
    {
        var node = await _network.AddHostAsync();
        var server = await _network.AddServerAsync(new AutoNatServerOptions());
        await node.ConnectAsync(server.Id, server.Addresses, cancellationToken);

        var answer = await AskAsync(node, server, [node.ListenAddresses[0], Multiaddr.Parse("/ip4/192.168.0.1/tcp/80")], cancellationToken);

        Assert.That(answer.Status, Is.EqualTo(ResponseStatus.EDialRefused));
    }

    [Test]
    public void Options_OutOfRange_AreSaidAtOnce()
    {
        Assert.That(new AutoNatServerOptions { MinDialDataBytes = 50_000, MaxDialDataBytes = 40_000 }.Validate, Throws.InstanceOf<ArgumentOutOfRangeException>());
        Assert.That(new AutoNatServerOptions { RequestTimeout = TimeSpan.FromSeconds(10) }.Validate, Throws.InstanceOf<ArgumentOutOfRangeException>());
        Assert.That(new HyphaMarket.Libp2p.AutoNat.Client.AutoNatClientOptions { RequiredServers = 0 }.Validate, Throws.InstanceOf<ArgumentOutOfRangeException>());
        Assert.That(new HyphaMarket.Libp2p.AutoNat.Observed.ObservedAddressOptions { MinObservers = 0 }.Validate, Throws.InstanceOf<ArgumentOutOfRangeException>());
    }

    /// <summary>Asks by hand, paying whatever the server asks for.</summary>
    private static async Task<DialResponse> AskAsync(Host node, Host server, Multiaddr[] addresses, CancellationToken cancellationToken)
    {
        await using var stream = await node.OpenStreamAsync(server.Id, [AutoNatProtocol.DialRequestId], cancellationToken);
        await LengthPrefixed.WriteAsync(stream, AutoNatCodec.Request(4711, addresses), cancellationToken);
        while (true)
        {
            var message = AutoNatCodec.Read(await LengthPrefixed.ReadAsync(stream, AutoNatProtocol.MaxMessageBytes, cancellationToken));
            if (message.MsgCase == Message.MsgOneofCase.DialResponse) return message.DialResponse;
            for (var rest = (int)message.DialDataRequest.NumBytes; rest > 0; rest -= 4_096)
            {
                await LengthPrefixed.WriteAsync(stream, AutoNatCodec.Data(Google.Protobuf.ByteString.CopyFrom(new byte[4_096])), cancellationToken);
            }
        }
    }

    private static Task<Reachability> ReachabilityOf(Host host)
    {
        var known = new TaskCompletionSource<Reachability>(TaskCreationOptions.RunContinuationsAsynchronously);
        host.ReachabilityChanged += reachability => known.TrySetResult(reachability);
        return known.Task;
    }
}
