using System.Security.Cryptography;
using HyphaMarket.Libp2p.Hosting;
using HyphaMarket.Libp2p.Identify;
using HyphaMarket.Libp2p.Identity;
using HyphaMarket.Libp2p.Multiformats;
using HyphaMarket.Libp2p.Ping;
using HyphaMarket.Libp2p.RequestResponse;

namespace HyphaMarket.Libp2p.Tests.Hosting;

[TestFixture]
[CancelAfter(30_000)]
public sealed class HostTests
{
    private const string Echo = "/test/echo/1";

    private TestHosts _hosts = null!;

    [SetUp]
    public void SetUp() => _hosts = new TestHosts();

    [TearDown]
    public async Task TearDown() => await _hosts.DisposeAsync();

    [Test]
    public async Task TwoHosts_OverTcp_ConnectIdentifyAndPing(CancellationToken cancellationToken)
    {
        var first = await _hosts.OnLoopbackAsync();
        var second = await _hosts.OnLoopbackAsync(new HostOptions { AgentVersion = "second/1" });
        second.Handle(Echo, EchoAsync);
        var identified = Identified(first, second.Id);

        await first.ConnectAsync(second.Id, second.Addresses, cancellationToken);
        await identified.WaitAsync(cancellationToken);

        Assert.That(first.PeerStore.GetProtocols(second.Id), Is.EquivalentTo(new[] { Echo, PingProtocol.Id, IdentifyService.Id, IdentifyService.PushId }));
        Assert.That(first.PeerStore.GetAddresses(second.Id), Is.EqualTo(second.Addresses));
        Assert.That(first.GetAgentVersion(second.Id), Is.EqualTo("second/1"));
        Assert.That(first.Connections.Single().ObservedAddress!.ToString(), Does.StartWith("/ip4/127.0.0.1/tcp/"));
        Assert.That(await PingProtocol.PingAsync(first, second.Id, TimeSpan.FromSeconds(5), cancellationToken), Is.GreaterThan(TimeSpan.Zero));
        Assert.That((first.IsConnected(second.Id), second.IsConnected(first.Id)), Is.EqualTo((true, true)));
    }

    [Test]
    public async Task Streams_InBothDirections_CarryAMebibyte(CancellationToken cancellationToken)
    {
        var first = await _hosts.OnLoopbackAsync();
        var second = await _hosts.OnLoopbackAsync();
        first.Handle(Echo, EchoAsync);
        second.Handle(Echo, EchoAsync);
        await first.ConnectAsync(second.Id, second.Addresses, cancellationToken);
        // The dialler's handshake ends first; an answer shows that the other side has the connection too.
        await PingProtocol.PingAsync(first, second.Id, TimeSpan.FromSeconds(5), cancellationToken);
        await Task.WhenAll(EchoOnceAsync(first, second.Id, 1 << 20, cancellationToken), EchoOnceAsync(second, first.Id, 1 << 20, cancellationToken));
        Assert.That((first.ConnectedPeers.Count, first.Connections.Count), Is.EqualTo((1, 1)), "the way back uses the same connection");
    }

    [Test]
    public async Task Protocol_NotSpoken_SaysSo(CancellationToken cancellationToken)
    {
        var first = await _hosts.InMemoryAsync();
        var second = await _hosts.InMemoryAsync();
        await first.ConnectAsync(second.Id, second.Addresses, cancellationToken);
        Assert.That(async () => await first.OpenStreamAsync(second.Id, ["/test/none/1"], cancellationToken), Throws.TypeOf<ProtocolNotSupportedException>());
    }

    [Test]
    public async Task FirstProtocolOfTheList_ThatThePeerSpeaks_IsChosen(CancellationToken cancellationToken)
    {
        var first = await _hosts.InMemoryAsync();
        var second = await _hosts.InMemoryAsync();
        second.Handle(Echo, EchoAsync);
        await first.ConnectAsync(second.Id, second.Addresses, cancellationToken);
        await using var stream = await first.OpenStreamAsync(second.Id, ["/test/echo/2", Echo], cancellationToken);
        Assert.That(stream.Protocol, Is.EqualTo(Echo));
    }

    [Test]
    public async Task Protocol_RemovedAfterIdentify_IsToldByTheFirstRead(CancellationToken cancellationToken)
    {
        var first = await _hosts.InMemoryAsync();
        var second = await _hosts.InMemoryAsync(new HostOptions { PushDelay = TimeSpan.FromHours(1) });
        second.Handle(Echo, EchoAsync);
        var identified = Identified(first, second.Id);
        await first.ConnectAsync(second.Id, second.Addresses, cancellationToken);
        await identified.WaitAsync(cancellationToken);
        second.Unhandle(Echo);
        await using var stream = await first.OpenStreamAsync(second.Id, [Echo], cancellationToken);
        await stream.WriteAsync(new byte[] { 1 }, cancellationToken);
        Assert.That(async () => await stream.ReadAsync(new byte[1], cancellationToken), Throws.TypeOf<ProtocolNotSupportedException>());
    }

    [Test]
    public async Task Handler_AddedLater_IsPushedToConnectedPeers(CancellationToken cancellationToken)
    {
        var first = await _hosts.InMemoryAsync();
        var second = await _hosts.InMemoryAsync(new HostOptions { PushDelay = TimeSpan.FromMilliseconds(1) });
        var both = Task.WhenAll(Identified(first, second.Id), Identified(second, first.Id));
        await first.ConnectAsync(second.Id, second.Addresses, cancellationToken);
        await both.WaitAsync(cancellationToken);
        var pushed = Identified(first, second.Id, () => first.PeerStore.GetProtocols(second.Id).Contains(Echo));
        second.Handle(Echo, EchoAsync);
        await pushed.WaitAsync(cancellationToken);
        Assert.That(first.PeerStore.GetProtocols(second.Id), Does.Contain(Echo));
    }

    [Test]
    public async Task Disconnect_IsToldToBothSides(CancellationToken cancellationToken)
    {
        var first = await _hosts.InMemoryAsync();
        var second = await _hosts.InMemoryAsync();
        var events = new List<string>();
        var gone = new TaskCompletionSource();
        second.PeerConnected += peer => events.Add($"+{peer}");
        second.PeerConnected += _ => throw new InvalidOperationException("A subscriber that fails disturbs nobody.");
        second.PeerDisconnected += peer =>
        {
            events.Add($"-{peer}");
            gone.SetResult();
        };
        await first.ConnectAsync(second.Id, second.Addresses, cancellationToken);
        await PingProtocol.PingAsync(first, second.Id, TimeSpan.FromSeconds(5), cancellationToken);
        await first.DisconnectAsync(second.Id);
        await gone.Task.WaitAsync(cancellationToken);
        Assert.That(events, Is.EqualTo(new[] { $"+{first.Id}", $"-{first.Id}" }));
        Assert.That((first.IsConnected(second.Id), second.IsConnected(first.Id)), Is.EqualTo((false, false)));
    }

    [Test]
    public async Task OpenStream_AfterADisconnect_DialsTheStoredAddress(CancellationToken cancellationToken)
    {
        var first = await _hosts.InMemoryAsync();
        var second = await _hosts.InMemoryAsync();
        second.Handle(Echo, EchoAsync);
        await first.ConnectAsync(second.Id, second.Addresses, cancellationToken);
        await first.DisconnectAsync(second.Id);
        await EchoOnceAsync(first, second.Id, 100, cancellationToken);
    }

    [Test]
    public async Task WildcardAndPortZero_ResolveToConcreteAddresses(CancellationToken cancellationToken)
    {
        await using var host = new Host(KeyPair.Generate(), new HostOptions { ListenAddresses = [Multiaddr.Parse("/ip4/0.0.0.0/tcp/0")] });
        await host.StartAsync(cancellationToken);
        Assert.That(host.Addresses, Is.Not.Empty);
        foreach (var address in host.Addresses)
        {
            Assert.That(address.TryGetTcpEndPoint(out var endPoint), Is.True);
            Assert.That((endPoint!.Address.ToString() != "0.0.0.0", endPoint.Port > 0), Is.EqualTo((true, true)));
        }
    }

    [Test]
    public async Task Handler_ThatThrows_ResetsItsStreamOnly(CancellationToken cancellationToken)
    {
        var first = await _hosts.InMemoryAsync();
        var second = await _hosts.InMemoryAsync();
        second.Handle("/test/fail/1", (_, _) => throw new InvalidOperationException("broken"));
        second.Handle(Echo, EchoAsync);
        await first.ConnectAsync(second.Id, second.Addresses, cancellationToken);
        Assert.That(
            async () =>
            {
                // The reset may come as early as the answer of the negotiation.
                await using var stream = await first.OpenStreamAsync(second.Id, ["/test/fail/1"], cancellationToken);
                await stream.ReadExactlyAsync(new byte[1], cancellationToken);
            },
            Throws.TypeOf<StreamResetException>());
        await EchoOnceAsync(first, second.Id, 100, cancellationToken);
    }

    [Test]
    public async Task SecondHandler_ForAProtocol_IsRefused()
    {
        var host = await _hosts.InMemoryAsync();
        host.Handle(Echo, EchoAsync);
        Assert.That(() => host.Handle(Echo, EchoAsync), Throws.InvalidOperationException);
        host.Unhandle(Echo);
        Assert.That(() => host.Handle(Echo, EchoAsync), Throws.Nothing);
    }

    internal static async Task EchoAsync(PeerStream stream, CancellationToken cancellationToken)
    {
        await stream.CopyToAsync(stream, cancellationToken);
        await stream.CloseWriteAsync(cancellationToken);
    }

    internal static async Task EchoOnceAsync(IHost host, PeerId peer, int length, CancellationToken cancellationToken)
    {
        var sent = RandomNumberGenerator.GetBytes(length);
        await using var stream = await host.OpenStreamAsync(peer, [Echo], cancellationToken);
        var writing = Task.Run(
            async () =>
            {
                await stream.WriteAsync(sent, cancellationToken);
                await stream.CloseWriteAsync(cancellationToken);
            },
            cancellationToken);
        using var received = new MemoryStream();
        await stream.CopyToAsync(received, cancellationToken);
        await writing;
        Assert.That(SHA256.HashData(received.ToArray()), Is.EqualTo(SHA256.HashData(sent)));
    }

    internal static Task Identified(IHost host, PeerId peer, Func<bool>? condition = null)
    {
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        host.PeerIdentified += told =>
        {
            if (told == peer && condition?.Invoke() != false) done.TrySetResult();
        };
        return done.Task;
    }
}
