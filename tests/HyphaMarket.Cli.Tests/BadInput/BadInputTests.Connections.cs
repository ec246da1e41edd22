using System.Net;
using System.Net.Sockets;
using System.Text;
using HyphaMarket.Cli.Devnet;
using HyphaMarket.Cli.Tests.Processes;
using HyphaMarket.Market.Offers;
using HyphaMarket.Node.Networking;

namespace HyphaMarket.Cli.Tests.BadInput;

// Bytes at the listening port that are no libp2p, or the start of it, and streams of a known peer that are no messages.
internal sealed partial class BadInputTests
{
    /// <summary>HostOptions.UpgradeTimeout: negotiation, handshake and muxer together.</summary>
    private static readonly TimeSpan UpgradeTimeout = TimeSpan.FromSeconds(10);

    /// <summary>"At once", on a busy machine.</summary>
    private static readonly TimeSpan AtOnce = TimeSpan.FromSeconds(5);

    /// <summary>1 GiB as an unsigned varint.</summary>
    private static readonly byte[] OneGibibyte = [0x80, 0x80, 0x80, 0x80, 0x04];

    /// <summary>What a dialler says first: multistream-select, then Noise, both with their lengths before and a newline behind.</summary>
    private static readonly byte[] NoiseProposal = [0x13, .. "/multistream/1.0.0\n"u8, 0x07, .. "/noise\n"u8];

    private static IEnumerable<TestCaseData> Garbage()
    {
        yield return new TestCaseData(Encoding.ASCII.GetBytes("GET / HTTP/1.1\r\nHost: example.invalid\r\nUser-Agent: a-browser-that-is-lost\r\nAccept: */*\r\n\r\n")).SetArgDisplayNames("a web browser");
        yield return new TestCaseData(Convert.FromHexString("160301020001000001fc0303").Concat(new byte[500]).ToArray()).SetArgDisplayNames("a TLS client");
        yield return new TestCaseData(new byte[4_096]).SetArgDisplayNames("zeros");
        yield return new TestCaseData(Enumerable.Repeat((byte)0xff, 4_096).ToArray()).SetArgDisplayNames("a varint without an end");
        yield return new TestCaseData(Encoding.ASCII.GetBytes("SSH-2.0-OpenSSH_9.9\r\n" + new string('x', 200))).SetArgDisplayNames("an SSH client");
        yield return new TestCaseData((byte[])[.. NoiseProposal, 0x00, 0x10, .. Enumerable.Repeat((byte)0xab, 16)]).SetArgDisplayNames("a Noise handshake too short for a key");
    }

    [TestCaseSource(nameof(Garbage))]
    [CancelAfter(TestLimit)]
    public async Task GarbageAtTheListeningPort_IsClosedAtOnce(byte[] bytes, CancellationToken stop)
    {
        using var socket = await ConnectAsync(Victim, stop);
        await SendAsync(socket, bytes, stop);
        await ClosesAsync(socket, AtOnce, stop);
    }

    [Test]
    [CancelAfter(TestLimit)]
    public async Task LengthPrefixOfOneGibibyte_IsClosedAtOnce_AndTakesNoMemory(CancellationToken stop)
    {
        var before = await MemoryAsync(Victim, "VmRSS", stop);
        for (var i = 0; i < 20; i++)
        {
            using var socket = await ConnectAsync(Victim, stop);
            // Alone, and where a protocol's name is expected.
            await SendAsync(socket, i % 2 == 0 ? OneGibibyte : [.. NoiseProposal.AsSpan(0, 20), .. OneGibibyte], stop);
            await SendAsync(socket, new byte[4 << 20], stop);
            await ClosesAsync(socket, AtOnce, stop);
        }

        // The same within a stream of a peer that is who it says.
        foreach (var protocol in new[] { MarketProtocols.Offer, MarketProtocols.Quote, MarketProtocols.Epoch, MarketProtocols.Broker, MarketProtocols.Watch })
        {
            await ResetsAsync(protocol, OneGibibyte, stop);
        }

        // 64 MiB is a sixteenth of one such buffer, and several times what a collector leaves lying about.
        Assert.That(await MemoryAsync(Victim, "VmRSS", stop) - before, Is.LessThan(64L << 20), $"bytes above the {before} of before");
        Assert.That(await MemoryAsync(Victim, "VmHWM", stop) - before, Is.LessThan(128L << 20), "at the worst moment");
    }

    [Test]
    [CancelAfter(TestLimit)]
    public async Task MessageOfGarbage_ResetsItsStream_AndTheConnectionGoesOn(CancellationToken stop)
    {
        foreach (var protocol in new[] { MarketProtocols.Offer, MarketProtocols.Quote, MarketProtocols.Epoch, MarketProtocols.Broker, MarketProtocols.Watch })
        {
            // A field of wire type 7, which there is not.
            await ResetsAsync(protocol, [0x03, 0xff, 0xff, 0xff], stop);
        }
    }

    [Test]
    [CancelAfter(TestLimit)]
    public async Task HandshakeCutInTheMiddle_IsClosedAtOnce(CancellationToken stop)
    {
        // A message of 32 bytes is promised, 5 come, and the other side says that there will be no more.
        byte[] start = [.. NoiseProposal, 0x00, 0x20, 1, 2, 3, 4, 5];
        foreach (var cut in new[] { 1, 10, 20, NoiseProposal.Length, NoiseProposal.Length + 1, start.Length })
        {
            using var socket = await ConnectAsync(Victim, stop);
            await SendAsync(socket, start[..cut], stop);
            socket.Shutdown(SocketShutdown.Send);
            await ClosesAsync(socket, AtOnce, stop);
        }
    }

    [Test]
    [CancelAfter(TestLimit)]
    public async Task FiftyConnectionsThatSayTooLittle_AreClosedAtTheDeadline_AndARealTraderGetsInMeanwhile(CancellationToken stop)
    {
        var sockets = new List<Socket>();
        try
        {
            for (var i = 0; i < 50; i++)
            {
                sockets.Add(await ConnectAsync(Victim, stop));
                // Every third is silent, the others stop within multistream or within Noise.
                await SendAsync(sockets[^1], (i % 3) switch { 0 => [], 1 => NoiseProposal[..10], _ => [.. NoiseProposal, 0x00, 0x20, 1, 2, 3] }, stop);
            }

            await using var real = await HandTrader.StartAsync(_network.Network, _network.Bootstrap, RealNetwork.Profile, stop);
            await real.PlaceAsync(real.Offer(Side.Bid, 100, 1, body => body.LastSlot = body.FirstSlot + 8), stop);
            Assert.That(sockets.Count(IsOpen), Is.EqualTo(50), "the deadline had passed before the trader came: the test proves nothing");
            await Task.WhenAll(sockets.Select(socket => ClosesAsync(socket, UpgradeTimeout + AtOnce, stop)));
        }
        finally
        {
            foreach (var socket in sockets) socket.Dispose();
        }
    }

    private static async Task<Socket> ConnectAsync(DevnetNode node, CancellationToken stop)
    {
        var parts = node.Addresses[0].Split('/');
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(IPEndPoint.Parse($"{parts[2]}:{parts[4]}"), stop);
        return socket;
    }

    /// <summary>Sends what the other side takes: it may have closed before the last byte.</summary>
    private static async Task SendAsync(Socket socket, ReadOnlyMemory<byte> bytes, CancellationToken stop)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(stop);
        limit.CancelAfter(AtOnce);
        try
        {
            while (bytes.Length > 0) bytes = bytes[await socket.SendAsync(bytes, limit.Token)..];
        }
        catch (SocketException e) when (e.SocketErrorCode is SocketError.ConnectionReset or SocketError.Shutdown or SocketError.ConnectionAborted)
        {
            // Closed by the daemon; that it is closed is asserted elsewhere.
        }
    }

    private static async Task ClosesAsync(Socket socket, TimeSpan within, CancellationToken stop)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(stop);
        limit.CancelAfter(within);
        var buffer = new byte[4_096];
        try
        {
            // What the daemon says before it closes is its own greeting.
            while (await socket.ReceiveAsync(buffer, limit.Token) > 0) Assert.That(limit.IsCancellationRequested, Is.False);
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.ConnectionReset)
        {
            // Closed with our bytes unread.
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            Assert.Fail($"the daemon kept the connection for more than {within.TotalSeconds} s");
        }
    }

    private static bool IsOpen(Socket socket)
    {
        var ended = socket.Poll(TimeSpan.Zero, SelectMode.SelectRead) && socket.Available == 0;
        return !ended;
    }

    /// <summary>The victim ends a stream on which it is told these bytes, and no answer is on it.</summary>
    private async Task ResetsAsync(string protocol, byte[] bytes, CancellationToken stop)
    {
        await using var stream = await _trader.OpenAsync(VictimAsMember, protocol, stop);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(stop);
        limit.CancelAfter(AtOnce);
        await stream.WriteAsync(bytes, limit.Token);
        Assert.That(async () => await stream.ReadAsync(new byte[1], limit.Token), Throws.InstanceOf<IOException>(), protocol);
    }

    /// <summary>A line of /proc/PID/status, in bytes.</summary>
    private static async Task<long> MemoryAsync(DevnetNode node, string line, CancellationToken stop)
    {
        var text = (await File.ReadAllLinesAsync($"/proc/{node.Pid}/status", stop)).Single(one => one.StartsWith(line + ":", StringComparison.Ordinal));
        return long.Parse(text.Split(' ', StringSplitOptions.RemoveEmptyEntries)[^2], System.Globalization.CultureInfo.InvariantCulture) * 1024;
    }
}
