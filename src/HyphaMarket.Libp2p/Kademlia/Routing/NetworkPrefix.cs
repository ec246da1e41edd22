using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using HyphaMarket.Libp2p.Multiformats;

namespace HyphaMarket.Libp2p.Kademlia.Routing;

/// <summary>The network that an address is counted with: its /24 for IPv4, its /48 for IPv6, the sizes that one customer is usually given.</summary>
internal readonly record struct NetworkPrefix
{
    private const int Ip4Bits = 24;
    private const int Ip6Bits = 48;

    private readonly ulong _bits;
    private readonly byte _length;

    private NetworkPrefix(ulong bits, byte length)
    {
        _bits = bits;
        _length = length;
    }

    /// <summary>The prefix of a multiaddr's outermost component, or null where that is no IP address.</summary>
    /// <param name="countPrivate">False gives null for loopback, private and link-local addresses: those who share them are no strangers.</param>
    public static NetworkPrefix? Of(Multiaddr address, bool countPrivate)
    {
        ArgumentNullException.ThrowIfNull(address);
        var first = address.Components[0];
        if (first.Protocol != MultiaddrProtocol.Ip4 && first.Protocol != MultiaddrProtocol.Ip6) return null;
        var ip = new IPAddress(first.Value.Span);
        if (ip.IsIPv4MappedToIPv6) ip = ip.MapToIPv4();
        if (!countPrivate && IsPrivate(ip)) return null;
        Span<byte> bytes = stackalloc byte[16];
        bytes.Clear();
        ip.TryWriteBytes(bytes, out _);
        var length = ip.AddressFamily == AddressFamily.InterNetwork ? Ip4Bits : Ip6Bits;
        return new NetworkPrefix(BinaryPrimitives.ReadUInt64BigEndian(bytes) >> (64 - length), (byte)length);
    }

    public override string ToString()
    {
        Span<byte> bytes = stackalloc byte[16];
        bytes.Clear();
        if (_length == 0) return "none";
        BinaryPrimitives.WriteUInt64BigEndian(bytes, _bits << (64 - _length));
        return $"{new IPAddress(_length == Ip4Bits ? bytes[..4] : bytes)}/{_length}";
    }

    private static bool IsPrivate(IPAddress ip)
    {
        if (IPAddress.IsLoopback(ip)) return true;
        if (ip.AddressFamily == AddressFamily.InterNetworkV6) return ip.IsIPv6LinkLocal || ip.IsIPv6UniqueLocal;
        Span<byte> b = stackalloc byte[4];
        ip.TryWriteBytes(b, out _);
        // RFC 1918, RFC 3927 (link-local) and RFC 6598 (carriers' NAT, where no server can be reached from outside).
        return b[0] == 10 || (b[0] == 172 && b[1] is >= 16 and < 32) || (b[0] == 192 && b[1] == 168) || (b[0] == 169 && b[1] == 254) || (b[0] == 100 && b[1] is >= 64 and < 128);
    }
}
