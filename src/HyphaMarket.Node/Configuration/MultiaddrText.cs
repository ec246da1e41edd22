using System.Globalization;
using System.Net;

using HyphaMarket.Libp2p.Identity;

namespace HyphaMarket.Node.Configuration;

/// <summary>Says in words what is wrong with a multiaddr that an operator wrote, where a parser would only say no.</summary>
internal static class MultiaddrText
{
    /// <summary>Null for an address this node can use: an IP or DNS name, a TCP port, perhaps a web socket and, at the end, a peer where one is needed.</summary>
    /// <param name="listens">It is to be listened on.</param>
    public static string? Fault(string address, bool needsPeer, bool listens = false)
    {
        var parts = address.Split('/');
        if (parts.Length > 1 && parts[1] == "dnsaddr") return DnsAddrFault(parts, needsPeer);
        if (parts.Length < 5 || parts[0].Length != 0) return "It must start with a host and a port, each as /NAME/VALUE.";
        var hostIsGood = parts[1] switch
        {
            "ip4" => IPAddress.TryParse(parts[2], out var ip) && ip.AddressFamily == System.Net.Sockets.AddressFamily.InterNetwork && parts[2].Count(c => c == '.') == 3,
            "ip6" => IPAddress.TryParse(parts[2], out var ip) && ip.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6,
            "dns" or "dns4" or "dns6" => Uri.CheckHostName(parts[2]) == UriHostNameType.Dns,
            _ => false,
        };
        if (!hostIsGood) return $"\"/{parts[1]}/{parts[2]}\" is no IPv4 address, IPv6 address or DNS name.";
        if (parts[3] != "tcp") return $"\"/{parts[3]}\" is not supported: this node speaks TCP.";
        if (!ushort.TryParse(parts[4], NumberStyles.None, CultureInfo.InvariantCulture, out var port)) return $"\"{parts[4]}\" is no TCP port.";
        if (needsPeer && port == 0) return "Port 0 cannot be dialled.";
        var rest = parts.AsSpan(5);
        if (rest is ["tls", "ws", ..] or ["wss", ..])
        {
            if (listens) return "Listening within TLS needs a certificate, and a node has none: listen on /ws and let a proxy before it speak TLS.";
            rest = rest[(rest[0] == "tls" ? 2 : 1)..];
        }
        else if (rest is ["ws", ..])
        {
            rest = rest[1..];
        }
        if (rest.Length == 0) return needsPeer ? "The peer id is missing, and without it nobody can tell whether the right node answered." : null;
        if (rest.Length != 2 || rest[0] != "p2p") return $"\"/{rest[0]}\" is not expected there.";
        if (!needsPeer) return "An own address has no /p2p part: the node's key says who it is.";
        return PeerId.TryParse(rest[1], out _) ? null : $"\"{rest[1]}\" is no peer id; copy the whole id, which starts with 12D3KooW.";
    }

    /// <summary>A name whose DNS texts hold the addresses: it leads somewhere else every day, so it can be dialled and not listened on.</summary>
    private static string? DnsAddrFault(string[] parts, bool needsPeer)
    {
        if (!needsPeer) return "A /dnsaddr name can be dialled, not listened on or announced.";
        if (parts.Length < 3 || Uri.CheckHostName(parts[2]) != UriHostNameType.Dns) return "After /dnsaddr/ comes a DNS name.";
        if (parts.Length != 5 || parts[3] != "p2p") return "After the name comes /p2p/ with the peer's id, and without it nobody can tell whether the right node answered.";
        return PeerId.TryParse(parts[4], out _) ? null : $"\"{parts[4]}\" is no peer id; copy the whole id, which starts with 12D3KooW.";
    }
}
