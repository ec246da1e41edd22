using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using HyphaMarket.Libp2p.Identity;

namespace HyphaMarket.Libp2p.Multiformats;

/// <summary>Checks the values of address components, in binary and in text.</summary>
internal static class MultiaddrValue
{
    // RFC 1035: "labels 63 octets or less, names 255 octets or less", which is 253 characters of text.
    private const int MaxNameLength = 253;
    private const int MaxLabelLength = 63;

    /// <summary>True where the bytes are a value of the protocol; fixed sizes have been checked before.</summary>
    public static bool IsValid(MultiaddrProtocol protocol, ReadOnlySpan<byte> value)
    {
        if (protocol.IsName) return IsName(value);
        return protocol != MultiaddrProtocol.P2p || PeerId.TryFromBytes(value, out _);
    }

    /// <summary>Turns a text value into bytes, or says what is wrong with it and what to write instead.</summary>
    public static bool TryParse(MultiaddrProtocol protocol, string text, out byte[] value, out string error)
    {
        value = [];
        error = "";
        if (protocol == MultiaddrProtocol.Ip4)
        {
            // The class library also reads 127.1 and octal numbers; only the dotted quad that it writes back is meant here.
            if (IPAddress.TryParse(text, out var address) && address.AddressFamily == AddressFamily.InterNetwork && address.ToString() == text)
            {
                value = address.GetAddressBytes();
                return true;
            }
            error = $"'{text}' is no IPv4 address; write four numbers from 0 to 255, as in /ip4/127.0.0.1";
            return false;
        }
        if (protocol == MultiaddrProtocol.Ip6)
        {
            if (!text.Contains('%') && !text.Contains('[') && IPAddress.TryParse(text, out var address) && address.AddressFamily == AddressFamily.InterNetworkV6)
            {
                value = address.GetAddressBytes();
                return true;
            }
            error = $"'{text}' is no IPv6 address; write it without brackets, port or zone, as in /ip6/::1";
            return false;
        }
        if (protocol == MultiaddrProtocol.Tcp || protocol == MultiaddrProtocol.Udp)
        {
            if (ushort.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var port))
            {
                value = new byte[2];
                BinaryPrimitives.WriteUInt16BigEndian(value, port);
                return true;
            }
            error = $"'{text}' is no port; write a number from 0 to 65535, as in /{protocol.Name}/4001";
            return false;
        }
        if (protocol == MultiaddrProtocol.P2p)
        {
            if (PeerId.TryParse(text, out var peer))
            {
                value = peer.Span.ToArray();
                return true;
            }
            error = $"'{text}' is no peer id; copy the whole id, which starts with 12D3KooW, Qm or bafz";
            return false;
        }
        value = Encoding.UTF8.GetBytes(text);
        if (IsName(value)) return true;
        error = $"'{text}' is no host name; write letters, digits, hyphens and dots, at most {MaxNameLength} of them, as in /{protocol.Name}/example.org";
        return false;
    }

    private static bool IsName(ReadOnlySpan<byte> name)
    {
        if (name.IsEmpty || name.Length > MaxNameLength) return false;
        var label = 0;
        for (var i = 0; i < name.Length; i++)
        {
            var c = (char)name[i];
            if (c == '.')
            {
                if (label == 0) return false;
                label = 0;
                continue;
            }
            // The underscore is no host name's letter, but stands in the names of DNS records that dnsaddr points to.
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('-' or '_')) return false;
            if (++label > MaxLabelLength) return false;
        }
        return true;
    }
}
