using System.Net;
using System.Net.Sockets;
using HyphaMarket.Libp2p.Hosting;
using HyphaMarket.Libp2p.Identity;
using HyphaMarket.Libp2p.Multiformats;

namespace HyphaMarket.Libp2p.AutoNat.Server;

/// <summary>Which address a server dials for a stranger, and at what price. No I/O.</summary>
/// <param name="canDial">Whether a transport of ours serves the address.</param>
/// <param name="random">Draws the amount of dial data and the delay.</param>
internal sealed class DialPolicy(AutoNatServerOptions options, Func<Multiaddr, bool> canDial, Random random)
{
    /// <summary>"The server SHOULD use the first address it is willing to dial. The server MUST NOT dial any address other than this one."</summary>
    /// <param name="client">Who asks.</param>
    /// <param name="observed">Its IP address as we see it; null where its transport has none, which makes every dial a foreign one.</param>
    /// <param name="addresses">As the request lists them; null for what is not known here.</param>
    /// <param name="own">Our own addresses: they tell which families we have, and are not dialled.</param>
    /// <returns>Null where there is none.</returns>
    public DialDecision? Decide(PeerId client, IPAddress? observed, IReadOnlyList<Multiaddr?> addresses, IReadOnlyList<Multiaddr> own)
    {
        for (var i = 0; i < addresses.Count; i++)
        {
            if (addresses[i] is not { } address || !NetworkAddress.TryFrom(address, out var parts) || !IsWilling(client, address, parts, own)) continue;
            // IPv4 inside IPv6 would else be another address than itself.
            var same = observed is not null && Normal(observed).Equals(Normal(parts.Ip));
            return same
                ? new DialDecision(i, address.WithoutPeer(), 0, TimeSpan.Zero)
                : new DialDecision(i, address.WithoutPeer(), random.Next(options.MinDialDataBytes, options.MaxDialDataBytes + 1), options.MaxForeignDialDelay * random.NextDouble());
        }
        return null;
    }

    private bool IsWilling(PeerId client, Multiaddr address, NetworkAddress parts, IReadOnlyList<Multiaddr> own)
    {
        if (address.TryGetPeer(out var named) && named != client) return false;
        if (!canDial(address.WithoutPeer())) return false;
        var ours = own.Select(candidate => NetworkAddress.TryFrom(candidate, out var known) ? known : null).OfType<NetworkAddress>().ToList();
        // "IPv4 only servers SHOULD refuse requests for dialing IPv6 addresses and IPv6 only servers SHOULD refuse requests for dialing IPv4 addresses." A private IPv4
        // address still reaches the internet through a NAT; a private IPv6 address does not.
        if (!ours.Any(known => known.Family == parts.Family && (options.AllowPrivateAddresses || known.IsPublic || (known.Family == AddressFamily.InterNetwork && !IPAddress.IsLoopback(known.Ip)))))
            return false;
        if (options.AllowPrivateAddresses) return true;
        // "The Server SHOULD NOT dial any private address." Our own public address is as inward as a private one: services here may trust it.
        return IpScope.IsPublic(Normal(parts.Ip)) && !ours.Any(known => known.Ip.Equals(Normal(parts.Ip)));
    }

    private static IPAddress Normal(IPAddress ip) => ip.IsIPv4MappedToIPv6 ? ip.MapToIPv4() : ip;
}
