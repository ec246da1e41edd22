using HyphaMarket.Libp2p.Identity;
using HyphaMarket.Libp2p.Multiformats;

namespace HyphaMarket.Libp2p.Hosting;

/// <summary>What programs often ask of a host, made of its other methods.</summary>
public static class HostExtensions
{
    /// <summary>Makes sure there is a connection with the peer that a whole address names.</summary>
    /// <param name="address">Ends with <c>/p2p/ID</c>.</param>
    /// <returns>The peer.</returns>
    /// <exception cref="ArgumentException">The address names no peer.</exception>
    /// <exception cref="DialException">The address did not lead to the peer, and nor did those in the peer store.</exception>
    public static async Task<PeerId> ConnectAsync(this IHost host, Multiaddr address, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(host);
        ArgumentNullException.ThrowIfNull(address);
        if (!address.TryGetPeer(out var peer)) throw new ArgumentException($"{address} does not end with /p2p/ID.", nameof(address));
        await host.ConnectAsync(peer, [address], cancellationToken);
        return peer;
    }

    /// <summary>The addresses to hand to others: <see cref="IHost.Addresses"/>, each with this host's name at its end.</summary>
    public static IReadOnlyList<Multiaddr> GetPeerAddresses(this IHost host)
    {
        ArgumentNullException.ThrowIfNull(host);
        return [.. host.Addresses.Select(address => address.WithPeer(host.Id))];
    }
}
