using System.Net.Sockets;
using HyphaMarket.Libp2p.Hosting;
using HyphaMarket.Libp2p.Multiformats;
using HyphaMarket.Libp2p.Negotiation;
using HyphaMarket.Libp2p.Ping;

namespace HyphaMarket.Libp2p.Tests.Hosting;

/// <summary>Strangers on the listening port, by raw sockets: each is closed at its deadline or before, and others notice nothing.</summary>
[TestFixture]
[CancelAfter(30_000)]
public sealed class HostileInboundTests
{
    private static readonly HostOptions s_options = new() { UpgradeTimeout = TimeSpan.FromMilliseconds(300) };

    private TestHosts _hosts = null!;
    private Host _victim = null!;
    private Host _friend = null!;

    [SetUp]
    public async Task SetUp()
    {
        _hosts = new TestHosts();
        _victim = await _hosts.OnLoopbackAsync(s_options);
        _friend = await _hosts.OnLoopbackAsync();
        await _friend.ConnectAsync(_victim.Id, _victim.Addresses);
    }

    [TearDown]
    public async Task TearDown() => await _hosts.DisposeAsync();

    [TestCase("474554202F20485454502F312E310D0A0D0A", TestName = "Garbage_ClosesTheConnection")]
    [TestCase("8080808004", TestName = "LengthPrefixOfOneGibibyte_ClosesTheConnection")]
    [TestCase("FFFFFFFFFFFFFFFFFF7F", TestName = "EndlessLengthPrefix_ClosesTheConnection")]
    [TestCase("132F6D756C746973747265616D2F312E302E300A", TestName = "SilenceAfterTheHeader_ClosesTheConnection")]
    [TestCase("132F6D756C74", TestName = "TruncatedHeader_ClosesTheConnection")]
    [TestCase("", TestName = "Silence_ClosesTheConnection")]
    [TestCase("132F6D756C746973747265616D2F312E302E300A072F6E6F6973650AFFFF00", TestName = "LongestNoiseFrame_ClosesTheConnection")]
    [TestCase("132F6D756C746973747265616D2F312E302E300A072F6E6F6973650A0020AA", TestName = "TruncatedNoiseHandshake_ClosesTheConnection")]
    public async Task Stranger_IsClosed_AndOthersGoOn(string hex)
    {
        using var socket = await ConnectAsync();
        if (hex.Length > 0) await socket.SendAsync(Convert.FromHexString(hex));
        await ReadToTheEndAsync(socket);
        await AssertAliveAsync();
    }

    [Test]
    public async Task RandomNoiseHandshake_ClosesTheConnection_ForManySeeds()
    {
        for (var seed = 1; seed <= 10; seed++)
        {
            TestContext.Out.WriteLine($"seed {seed}");
            var random = new Random(seed);
            using var socket = await ConnectAsync();
            using var stream = new NetworkStream(socket);
            Assert.That(await Multistream.SelectAsync(stream, ["/noise"]), Is.EqualTo("/noise"));
            var bytes = new byte[random.Next(1, 5_000)];
            random.NextBytes(bytes);
            try
            {
                await stream.WriteAsync(bytes);
            }
            catch (IOException)
            {
                // It was closed on us while we wrote, which is right.
            }
            await ReadToTheEndAsync(socket);
        }
        await AssertAliveAsync();
    }

    [Test]
    public async Task SilentStrangers_BeyondThePendingLimit_AreClosedAtOnce_AndThePlacesComeBack(CancellationToken cancellationToken)
    {
        var victim = await _hosts.OnLoopbackAsync(new HostOptions { Resources = new() { MaxPendingInbound = 4, MaxPendingInboundPerIp = 3 }, UpgradeTimeout = TimeSpan.FromSeconds(2) });
        var holders = new List<Socket>();
        for (var i = 0; i < 3; i++)
        {
            var holder = await ConnectAsync(victim);
            holders.Add(holder);
            // The victim's header shows that this one has a place.
            Assert.That(await holder.ReceiveAsync(new byte[64], cancellationToken), Is.GreaterThan(0));
        }
        using (var extra = await ConnectAsync(victim)) await ReadToTheEndAsync(extra);
        foreach (var holder in holders)
        {
            await ReadToTheEndAsync(holder);
            holder.Dispose();
        }
        await _friend.ConnectAsync(victim.Id, victim.Addresses, cancellationToken);
        Assert.That(_friend.IsConnected(victim.Id), Is.True);
    }

    [Test]
    public async Task ManyStrangers_LeaveMemoryBounded()
    {
        await AssertAliveAsync();
        var before = GC.GetTotalMemory(forceFullCollection: true);
        for (var round = 0; round < 20; round++)
        {
            var sockets = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => ConnectAsync()));
            foreach (var socket in sockets)
            {
                try
                {
                    await socket.SendAsync(Convert.FromHexString("FFFFFFFF7F"));
                    await ReadToTheEndAsync(socket);
                }
                catch (SocketException)
                {
                    // Reset by the victim: closed as well.
                }
                socket.Dispose();
            }
        }
        Assert.That(GC.GetTotalMemory(forceFullCollection: true) - before, Is.LessThan(8 * 1024 * 1024));
        await AssertAliveAsync();
    }

    private Task<Socket> ConnectAsync() => ConnectAsync(_victim);

    private static async Task<Socket> ConnectAsync(Host host)
    {
        Assert.That(host.Addresses[0].TryGetTcpEndPoint(out var endPoint), Is.True);
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(endPoint!);
        return socket;
    }

    /// <summary>Passes when the other side closes, whatever it says before; the test's time limit is the failure.</summary>
    private static async Task ReadToTheEndAsync(Socket socket)
    {
        var buffer = new byte[1024];
        try
        {
            while (await socket.ReceiveAsync(buffer) > 0)
            {
            }
        }
        catch (SocketException exception) when (exception.SocketErrorCode == SocketError.ConnectionReset)
        {
            // Closed with our bytes unread: closed.
        }
    }

    private async Task AssertAliveAsync()
    {
        Assert.That(await PingProtocol.PingAsync(_friend, _victim.Id, TimeSpan.FromSeconds(5)), Is.GreaterThan(TimeSpan.Zero));
        Assert.That(_victim.ConnectedPeers, Is.EqualTo(new[] { _friend.Id }));
    }
}
