using HyphaMarket.Libp2p.AutoNat;
using HyphaMarket.Libp2p.Multiformats;

namespace HyphaMarket.Libp2p.HolePunching;

/// <summary>Which addresses are told and dialled.</summary>
internal static class PunchableAddresses
{
    /// <summary>
    /// Those that are direct, by IP and public, without a peer id, in their order: a name or a private address in a stranger's message would have us dial whatever it
    /// names in our own network.
    /// </summary>
    public static List<Multiaddr> Select(IEnumerable<Multiaddr> addresses, HolePunchOptions options) =>
    [
        .. addresses
            .Where(address => NetworkAddress.TryFrom(address, out var parts) && (parts.IsPublic || options.AllowPrivateAddresses))
            .Select(address => address.WithoutPeer())
            .Distinct()
            .Take(options.MaxAddresses),
    ];
}
