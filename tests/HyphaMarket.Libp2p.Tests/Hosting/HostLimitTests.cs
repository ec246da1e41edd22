using HyphaMarket.Libp2p.Hosting;
using HyphaMarket.Libp2p.Identify;
using HyphaMarket.Libp2p.Ping;

namespace HyphaMarket.Libp2p.Tests.Hosting;

[TestFixture]
[CancelAfter(30_000)]
public sealed class HostLimitTests
{
    private const string Hold = "/test/hold/1";

    private TestHosts _hosts = null!;

    [SetUp]
    public void SetUp() => _hosts = new TestHosts();

    [TearDown]
    public async Task TearDown() => await _hosts.DisposeAsync();

    [Test]
    public async Task Connection_BeyondTheInboundLimit_IsClosed_AndTheOthersGoOn(CancellationToken cancellationToken)
    {
        var full = await _hosts.InMemoryAsync(new HostOptions { Resources = new() { MaxInboundConnections = 1 } });
        var first = await _hosts.InMemoryAsync();
        var second = await _hosts.InMemoryAsync();
        await first.ConnectAsync(full.Id, full.Addresses, cancellationToken);
        await PingProtocol.PingAsync(first, full.Id, TimeSpan.FromSeconds(5), cancellationToken);
        var gone = new TaskCompletionSource();
        second.PeerDisconnected += _ => gone.TrySetResult();
        await second.ConnectAsync(full.Id, full.Addresses, cancellationToken);
        await gone.Task.WaitAsync(cancellationToken);
        Assert.That(full.ConnectedPeers, Is.EqualTo(new[] { first.Id }));
        Assert.That(await PingProtocol.PingAsync(first, full.Id, TimeSpan.FromSeconds(5), cancellationToken), Is.GreaterThan(TimeSpan.Zero));
    }

    [Test]
    public async Task Stream_BeyondThePeersShareOfAProtocol_IsReset_AndItsPlaceComesBack(CancellationToken cancellationToken)
    {
        var server = await _hosts.InMemoryAsync(new HostOptions { Resources = new() { MaxStreamsPerProtocolAndPeer = 2 } });
        var client = await _hosts.InMemoryAsync();
        server.Handle(Hold, HostTests.EchoAsync);
        await client.ConnectAsync(server.Id, server.Addresses, cancellationToken);
        var first = await OpenAsync(client, server, cancellationToken);
        await using var second = await OpenAsync(client, server, cancellationToken);
        Assert.That(async () => await OpenAsync(client, server, cancellationToken), Throws.TypeOf<StreamResetException>());
        await first.CloseWriteAsync(cancellationToken);
        Assert.That(await first.ReadAsync(new byte[1], cancellationToken), Is.Zero, "the server is done with it");
        await using var third = await OpenEventuallyAsync(client, server, cancellationToken);
        Assert.That(third.Peer, Is.EqualTo(server.Id));
    }

    [Test]
    public async Task IdentifyMessage_OverItsBound_IsDropped_AndTheConnectionStays(CancellationToken cancellationToken)
    {
        var client = await _hosts.InMemoryAsync();
        var liar = await _hosts.InMemoryAsync();
        liar.Unhandle(IdentifyService.Id);
        var asked = new TaskCompletionSource();
        liar.Handle(IdentifyService.Id, async (stream, token) =>
        {
            // A length of one gibibyte, and a few bytes.
            await stream.WriteAsync(new byte[] { 0x80, 0x80, 0x80, 0x80, 0x04, 1, 2, 3 }, token);
            asked.TrySetResult();
        });
        await client.ConnectAsync(liar.Id, liar.Addresses, cancellationToken);
        await asked.Task.WaitAsync(cancellationToken);
        Assert.That(await PingProtocol.PingAsync(client, liar.Id, TimeSpan.FromSeconds(5), cancellationToken), Is.GreaterThan(TimeSpan.Zero));
        Assert.That(client.PeerStore.GetProtocols(liar.Id), Is.Empty);
    }

    [Test]
    public async Task Disposal_EndsWithinItsBound_ThoughHandlersHang(CancellationToken cancellationToken)
    {
        var server = await _hosts.InMemoryAsync(new HostOptions { CloseTimeout = TimeSpan.FromMilliseconds(200) });
        var client = await _hosts.InMemoryAsync();
        var entered = new TaskCompletionSource();
        server.Handle(Hold, async (_, _) =>
        {
            entered.TrySetResult();
            await new TaskCompletionSource().Task;
        });
        await client.ConnectAsync(server.Id, server.Addresses, cancellationToken);
        await using var stream = await client.OpenStreamAsync(server.Id, [Hold], cancellationToken);
        await stream.WriteAsync(new byte[1], cancellationToken);
        await entered.Task.WaitAsync(cancellationToken);
        await server.DisposeAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(10), cancellationToken);
        Assert.That(async () => await stream.ReadAsync(new byte[1], cancellationToken), Throws.TypeOf<StreamResetException>());
    }

    [Test]
    public void Options_OutOfRange_AreRefused()
    {
        Assert.That(() => new HostOptions { Resources = new() { MaxConnections = 0 } }.Validate(), Throws.InstanceOf<ArgumentException>());
        Assert.That(() => new HostOptions { Resources = new() { MaxInboundConnections = 5_000 } }.Validate(), Throws.InstanceOf<ArgumentException>());
        Assert.That(() => new HostOptions { DialTimeout = TimeSpan.Zero }.Validate(), Throws.InstanceOf<ArgumentException>());
        Assert.That(() => new HostOptions { AgentVersion = " " }.Validate(), Throws.InstanceOf<ArgumentException>());
        Assert.That(() => new HostOptions().Validate(), Throws.Nothing);
    }

    private static async Task<PeerStream> OpenAsync(Host client, Host server, CancellationToken cancellationToken)
    {
        var stream = await client.OpenStreamAsync(server.Id, [Hold], cancellationToken);
        await stream.WriteAsync(new byte[1], cancellationToken);
        await stream.ReadExactlyAsync(new byte[1], cancellationToken);
        return stream;
    }

    private static async Task<PeerStream> OpenEventuallyAsync(Host client, Host server, CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                return await OpenAsync(client, server, cancellationToken);
            }
            catch (StreamResetException)
            {
                await Task.Yield();
            }
        }
    }
}
