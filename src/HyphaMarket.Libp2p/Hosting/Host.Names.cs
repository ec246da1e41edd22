using HyphaMarket.Libp2p.Discovery.Dns;
using HyphaMarket.Libp2p.Identity;
using HyphaMarket.Libp2p.Multiformats;

namespace HyphaMarket.Libp2p.Hosting;

public sealed partial class Host
{
    /// <summary>Names followed in one dial. A peer needs one; what a stranger advertises beyond a few is not ours to look up.</summary>
    private const int MaxNamesPerDial = 4;

    private readonly DnsAddrResolver _names;

    /// <summary>
    /// Where a <c>/dnsaddr</c> leads is looked up only once no other address has led to the peer: it takes time, and tells a server whom we look for. The relay
    /// of a relayed address is dialled by itself, so its name is not ours to follow here.
    /// </summary>
    private static bool IsName(Multiaddr address) => DnsAddrResolver.Follows(address) && !address.IsRelayed;

    private async Task<IReadOnlyList<Multiaddr>> FollowNamesAsync(PeerId peer, IReadOnlyList<Multiaddr> names, List<string> failures, CancellationToken cancellationToken)
    {
        var found = new List<Multiaddr>();
        foreach (var name in names)
        {
            if (name.TryGetPeer(out var named) && named != peer)
            {
                failures.Add($"{name}: it names another peer");
                continue;
            }
            try
            {
                found.AddRange(await _names.ResolveAsync(name.WithPeer(peer), cancellationToken));
            }
            catch (IOException exception)
            {
                failures.Add($"{name}: {exception.Message}");
            }
        }
        return found;
    }
}
