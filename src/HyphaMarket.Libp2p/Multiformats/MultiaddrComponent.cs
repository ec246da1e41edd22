using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Text;
using HyphaMarket.Libp2p.Identity;

namespace HyphaMarket.Libp2p.Multiformats;

/// <summary>One part of an address: a protocol and its value, such as <c>/tcp/4001</c>.</summary>
public sealed class MultiaddrComponent
{
    internal MultiaddrComponent(MultiaddrProtocol protocol, ReadOnlyMemory<byte> value)
    {
        Protocol = protocol;
        Value = value;
    }

    public MultiaddrProtocol Protocol { get; }

    /// <summary>The value without its length: 4 or 16 bytes of address, 2 big-endian bytes of port, a name in ASCII, a peer id's multihash, or nothing.</summary>
    public ReadOnlyMemory<byte> Value { get; }

    /// <summary>The value as text; empty for a protocol without one.</summary>
    public string Text
    {
        get
        {
            if (!Protocol.HasValue) return "";
            if (Protocol == MultiaddrProtocol.Ip4 || Protocol == MultiaddrProtocol.Ip6) return new IPAddress(Value.Span).ToString();
            if (Protocol == MultiaddrProtocol.Tcp || Protocol == MultiaddrProtocol.Udp) return Port.ToString(CultureInfo.InvariantCulture);
            return Protocol == MultiaddrProtocol.P2p ? PeerId.FromBytes(Value.Span).ToString() : Encoding.ASCII.GetString(Value.Span);
        }
    }

    /// <summary>The port of a tcp or udp component.</summary>
    internal ushort Port => BinaryPrimitives.ReadUInt16BigEndian(Value.Span);

    public override string ToString() => Protocol.HasValue ? $"/{Protocol.Name}/{Text}" : $"/{Protocol.Name}";
}
