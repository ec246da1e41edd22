using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using System.Threading.Channels;

namespace HyphaMarket.Libp2p.Discovery.Mdns;

/// <summary>The multicast group of mDNS over the machine's interfaces: one socket for IPv4 and one for IPv6, joined on each interface that is up.</summary>
/// <remarks>Source: RFC 6762, sections 3, 5 and 11.</remarks>
internal sealed class MulticastLink(int maxInterfaces) : IMdnsLink
{
    private const int Port = 5353;

    /// <summary>"Multicast DNS packets may carry up to 9000 bytes", headers included.</summary>
    private const int MaxPacket = 9_000;

    /// <summary>Packets that wait to be looked at; the core looks at some hundred in a second.</summary>
    private const int MaxWaiting = 256;

    private static readonly IPAddress s_group4 = IPAddress.Parse("224.0.0.251");
    private static readonly IPAddress s_group6 = IPAddress.Parse("ff02::fb");

    private readonly Channel<byte[]> _packets = Channel.CreateBounded<byte[]>(new BoundedChannelOptions(MaxWaiting) { FullMode = BoundedChannelFullMode.DropWrite, SingleReader = true });
    private readonly CancellationTokenSource _stop = new();
    private readonly HashSet<(AddressFamily, int)> _joined = [];
    private readonly List<Task> _receiving = [];
    private Socket? _socket4;
    private Socket? _socket6;
    private volatile UnicastIPAddressInformation[] _ownAddresses = [];

    public ChannelReader<byte[]> Packets => _packets.Reader;

    public void Refresh()
    {
        if (_socket4 is null && _socket6 is null) Open();
        var present = NetworkInterface.GetAllNetworkInterfaces()
            // Virtual interfaces often do not say what their state is.
            .Where(nic => nic.OperationalStatus is OperationalStatus.Up or OperationalStatus.Unknown && nic.SupportsMulticast && nic.NetworkInterfaceType != NetworkInterfaceType.Loopback)
            .Take(maxInterfaces)
            .ToArray();
        _ownAddresses = [.. present.SelectMany(nic => nic.GetIPProperties().UnicastAddresses)];
        var joinable = new HashSet<(AddressFamily, int)>();
        foreach (var properties in present.Select(nic => (Interface: nic, Ip: nic.GetIPProperties())))
        {
            if (_socket4 is not null && properties.Interface.Supports(NetworkInterfaceComponent.IPv4) && Has(properties.Ip, AddressFamily.InterNetwork)) joinable.Add((AddressFamily.InterNetwork, properties.Ip.GetIPv4Properties().Index));
            if (_socket6 is not null && properties.Interface.Supports(NetworkInterfaceComponent.IPv6) && Has(properties.Ip, AddressFamily.InterNetworkV6)) joinable.Add((AddressFamily.InterNetworkV6, properties.Ip.GetIPv6Properties().Index));
        }
        // An interface that has gone takes its membership with it; should it come back with the same number it is joined anew.
        _joined.IntersectWith(joinable);
        foreach (var (family, index) in joinable.Except(_joined).ToArray())
        {
            if (TryJoin(family, index)) _joined.Add((family, index));
        }
    }

    public async Task SendAsync(ReadOnlyMemory<byte> packet, CancellationToken cancellationToken)
    {
        foreach (var (family, index) in _joined)
        {
            var isV4 = family == AddressFamily.InterNetwork;
            try
            {
                if (isV4) _socket4!.SetSocketOption(SocketOptionLevel.IP, SocketOptionName.MulticastInterface, IPAddress.HostToNetworkOrder(index));
                else _socket6!.SetSocketOption(SocketOptionLevel.IPv6, SocketOptionName.MulticastInterface, index);
                await (isV4 ? _socket4 : _socket6)!.SendToAsync(packet, new IPEndPoint(isV4 ? s_group4 : s_group6, Port), cancellationToken);
            }
            catch (SocketException)
            {
                // The interface went down since the last look, or has no route yet; the next look and the next query are soon enough.
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _socket4?.Dispose();
        _socket6?.Dispose();
        await Task.WhenAll(_receiving);
        _packets.Writer.TryComplete();
        _stop.Dispose();
    }

    /// <summary>"All Multicast DNS responses MUST be ignored where the source address is not on the local link": a packet from elsewhere was sent to this machine by itself.</summary>
    internal static bool IsOnLink(IPAddress source, IEnumerable<(IPAddress Address, int PrefixLength)> own)
    {
        if (source.IsIPv6LinkLocal) return true;
        var bytes = source.GetAddressBytes();
        return own.Any(mine => mine.Address.AddressFamily == source.AddressFamily && SamePrefix(bytes, mine.Address.GetAddressBytes(), mine.PrefixLength));
    }

    private void Open()
    {
        var failure = "";
        _socket4 = TryOpen(AddressFamily.InterNetwork, IPAddress.Any, ref failure);
        _socket6 = TryOpen(AddressFamily.InterNetworkV6, IPAddress.IPv6Any, ref failure);
        if (_socket4 is null && _socket6 is null) throw new IOException($"Multicast DNS cannot listen on UDP port {Port}: {failure}.");
        foreach (var socket in new[] { _socket4, _socket6 }.OfType<Socket>()) _receiving.Add(Task.Run(() => ReceiveAsync(socket)));
    }

    private static Socket? TryOpen(AddressFamily family, IPAddress any, ref string failure)
    {
        Socket? socket = null;
        try
        {
            socket = new Socket(family, SocketType.Dgram, ProtocolType.Udp);
            if (family == AddressFamily.InterNetworkV6) socket.DualMode = false;
            // "Multiple responders on one machine": others, such as the system's own, listen on this port too.
            socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
            socket.Bind(new IPEndPoint(any, Port));
            var level = family == AddressFamily.InterNetwork ? SocketOptionLevel.IP : SocketOptionLevel.IPv6;
            // "All Multicast DNS responses SHOULD be sent with IP TTL set to 255."
            socket.SetSocketOption(level, SocketOptionName.MulticastTimeToLive, 255);
            // Nodes on one machine hear each other, and "a peer must respond to its own query", so that others learn of it in passing.
            socket.SetSocketOption(level, SocketOptionName.MulticastLoopback, true);
            return socket;
        }
        catch (SocketException exception)
        {
            failure = exception.Message;
            socket?.Dispose();
            return null;
        }
    }

    private bool TryJoin(AddressFamily family, int index)
    {
        try
        {
            if (family == AddressFamily.InterNetwork) _socket4!.SetSocketOption(SocketOptionLevel.IP, SocketOptionName.AddMembership, new MulticastOption(s_group4, index));
            else _socket6!.SetSocketOption(SocketOptionLevel.IPv6, SocketOptionName.AddMembership, new IPv6MulticastOption(s_group6, index));
            return true;
        }
        catch (SocketException exception)
        {
            // Joined before under the same number; or refused, and tried again at the next look.
            return exception.SocketErrorCode == SocketError.AddressAlreadyInUse;
        }
    }

    private async Task ReceiveAsync(Socket socket)
    {
        var buffer = new byte[MaxPacket];
        EndPoint anybody = new IPEndPoint(socket.AddressFamily == AddressFamily.InterNetwork ? IPAddress.Any : IPAddress.IPv6Any, 0);
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                var received = await socket.ReceiveFromAsync(buffer, anybody, _stop.Token);
                // "A responder MUST silently ignore messages from another port" than this one, for they are not from a responder.
                if (received.RemoteEndPoint is not IPEndPoint { Port: Port } source) continue;
                if (IsOnLink(source.Address, _ownAddresses.Select(own => (own.Address, own.PrefixLength)))) _packets.Writer.TryWrite(buffer[..received.ReceivedBytes]);
            }
            catch (SocketException) when (!_stop.IsCancellationRequested)
            {
                // An error of an earlier packet sent, told late, or a packet longer than any may be: the socket goes on.
            }
            catch (Exception exception) when (exception is OperationCanceledException or ObjectDisposedException or SocketException)
            {
                return;
            }
        }
    }

    private static bool Has(IPInterfaceProperties properties, AddressFamily family) => properties.UnicastAddresses.Any(address => address.Address.AddressFamily == family);

    private static bool SamePrefix(ReadOnlySpan<byte> one, ReadOnlySpan<byte> other, int length)
    {
        var whole = length / 8;
        if (!one[..whole].SequenceEqual(other[..whole])) return false;
        return length % 8 == 0 || (one[whole] ^ other[whole]) >> (8 - (length % 8)) == 0;
    }
}
