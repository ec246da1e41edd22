using System.Net;
using System.Net.Sockets;

namespace HyphaMarket.Libp2p.Hosting;

/// <summary>Whom an address limit counts as one: an IPv4 address, or an IPv6 /64, which one subscriber has to himself.</summary>
internal readonly record struct IpGroup
{
    private readonly UInt128 _prefix;

    public IpGroup(IPAddress address)
    {
        if (address.IsIPv4MappedToIPv6) address = address.MapToIPv4();
        Span<byte> bytes = stackalloc byte[16];
        bytes.Clear();
        address.TryWriteBytes(bytes, out _);
        if (address.AddressFamily == AddressFamily.InterNetworkV6)
        {
            bytes[8..].Clear();
            // No IPv4 address has this mark, so 0102:0304::/64 and 1.2.3.4 stay apart.
            bytes[15] = 1;
        }
        _prefix = System.Buffers.Binary.BinaryPrimitives.ReadUInt128BigEndian(bytes);
    }
}
