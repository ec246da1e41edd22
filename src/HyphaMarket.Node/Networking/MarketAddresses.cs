using System.Net;
using HyphaMarket.Libp2p.Hosting;
using HyphaMarket.Libp2p.Multiformats;

namespace HyphaMarket.Node.Networking;

/// <summary>Chooses which of a node's addresses go into a record of the market, where there is room for a few.</summary>
internal static class MarketAddresses
{
    /// <summary>As offers and broker sets allow.</summary>
    public const int Most = 8;

    /// <summary>The longest address that records allow, in bytes.</summary>
    private const int MaxBytes = 128;

    /// <summary>Places that relayed addresses have for sure: a node behind a NAT is found at nothing else, however many interfaces its machine has.</summary>
    private const int Relayed = 4;

    /// <summary>Direct ones first, in their order. Loopback is left out unless it is all there is, as on a devnet: to another machine it is that machine.</summary>
    public static IReadOnlyList<Multiaddr> Choose(IEnumerable<Multiaddr> addresses, int most = Most)
    {
        ArgumentNullException.ThrowIfNull(addresses);
        var fitting = addresses.Where(address => address.Bytes.Length <= MaxBytes).Distinct().ToList();
        var elsewhere = fitting.Where(address => !IsLoopback(address)).ToList();
        if (elsewhere.Count > 0) fitting = elsewhere;
        var relayed = fitting.Where(address => address.IsRelayed).Take(Relayed).ToList();
        return [.. fitting.Where(address => !address.IsRelayed).Take(most - relayed.Count), .. relayed];
    }

    /// <summary>Whether all of these lead into some private network, be it ours or another: whoever is behind them may have found better ones since.</summary>
    public static bool ArePrivate(IReadOnlyList<Multiaddr> addresses) => addresses.All(address => !address.IsRelayed && Ip(address) is { } ip && !IPAddress.IsLoopback(ip) && !IpScope.IsPublic(ip));

    public static bool IsPublic(Multiaddr address) => !address.IsRelayed && Ip(address) is { } ip && IpScope.IsPublic(ip);

    public static bool IsLoopback(Multiaddr address) => !address.IsRelayed && Ip(address) is { } ip && IPAddress.IsLoopback(ip);

    /// <summary>The address's IP; null for a name.</summary>
    private static IPAddress? Ip(Multiaddr address)
    {
        ArgumentNullException.ThrowIfNull(address);
        var first = address.Components[0];
        return first.Protocol == MultiaddrProtocol.Ip4 || first.Protocol == MultiaddrProtocol.Ip6 ? new IPAddress(first.Value.Span) : null;
    }
}
