using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using HyphaMarket.Libp2p.Discovery.Dns;

namespace HyphaMarket.Libp2p.Tests.Discovery.Dns;

/// <summary>A DNS server on loopback that says what a test wants it to say, over UDP and TCP on one port.</summary>
internal sealed class DnsServer : IAsyncDisposable
{
    private readonly Socket _udp = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
    private readonly Socket _tcp = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly CancellationTokenSource _stop = new();
    private readonly Func<byte[], IEnumerable<byte[]>> _overUdp;
    private readonly Func<byte[], byte[]?> _overTcp;
    private readonly Task _serving;

    /// <param name="overUdp">The packets sent back for a query, none for silence.</param>
    /// <param name="overTcp">The message sent back for a query; null to hang up.</param>
    public DnsServer(Func<byte[], IEnumerable<byte[]>> overUdp, Func<byte[], byte[]?>? overTcp = null)
    {
        (_overUdp, _overTcp) = (overUdp, overTcp ?? (_ => null));
        _tcp.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        EndPoint = (IPEndPoint)_tcp.LocalEndPoint!;
        _tcp.Listen();
        _udp.Bind(EndPoint);
        _serving = Task.WhenAll(Task.Run(ServeUdpAsync), Task.Run(ServeTcpAsync));
    }

    public IPEndPoint EndPoint { get; }

    public static ushort IdOf(byte[] query) => BinaryPrimitives.ReadUInt16BigEndian(query);

    /// <summary>A response to a query, with its question.</summary>
    public static byte[] Answer(byte[] query, IReadOnlyList<DnsRecord> records, int flags = 0)
    {
        Assert.That(DnsMessage.TryParse(query, out var asked), Is.True);
        return DnsMessage.Encode(asked!.Id, 0x8180 | flags, asked.Questions, records);
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _udp.Dispose();
        _tcp.Dispose();
        await _serving;
        _stop.Dispose();
    }

    private async Task ServeUdpAsync()
    {
        var buffer = new byte[4096];
        try
        {
            while (true)
            {
                var received = await _udp.ReceiveFromAsync(buffer, new IPEndPoint(IPAddress.Any, 0), _stop.Token);
                foreach (var packet in _overUdp(buffer[..received.ReceivedBytes])) await _udp.SendToAsync(packet, received.RemoteEndPoint, _stop.Token);
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // The test is over.
        }
    }

    private async Task ServeTcpAsync()
    {
        try
        {
            while (true)
            {
                using var client = await _tcp.AcceptAsync(_stop.Token);
                await using var stream = new NetworkStream(client);
                var head = new byte[2];
                await stream.ReadExactlyAsync(head, _stop.Token);
                var query = new byte[BinaryPrimitives.ReadUInt16BigEndian(head)];
                await stream.ReadExactlyAsync(query, _stop.Token);
                if (_overTcp(query) is not { } answer) continue;
                BinaryPrimitives.WriteUInt16BigEndian(head, (ushort)answer.Length);
                await stream.WriteAsync(head, _stop.Token);
                await stream.WriteAsync(answer, _stop.Token);
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or SocketException or ObjectDisposedException or IOException)
        {
            // The test is over.
        }
    }
}
