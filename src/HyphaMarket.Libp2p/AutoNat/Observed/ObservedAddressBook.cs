using System.Net;
using HyphaMarket.Libp2p.Hosting;
using HyphaMarket.Libp2p.Multiformats;

namespace HyphaMarket.Libp2p.AutoNat.Observed;

/// <summary>What peers say about our address, one word for each observer, and the external addresses that follow from it. No I/O.</summary>
/// <remarks>
/// An observer is an IP group, not a peer id: peer ids cost nothing. An observer's later word replaces its earlier one, so a single host, however many
/// identities it has, is one voice.
/// </remarks>
internal sealed class ObservedAddressBook(ObservedAddressOptions options)
{
    private readonly Dictionary<(IpGroup Observer, string Shape), Observation> _byObserver = [];

    /// <summary>Takes in what a peer told by identify.</summary>
    /// <param name="observer">The peer's IP address.</param>
    /// <param name="observed">Our address as the peer sees it.</param>
    /// <param name="local">Our end of that connection.</param>
    /// <param name="listening">What our listeners listen on.</param>
    /// <returns>True where it was of use.</returns>
    public bool Observe(TimeSpan now, IPAddress observer, Multiaddr observed, Multiaddr? local, IReadOnlyList<Multiaddr> listening)
    {
        if (!NetworkAddress.TryFrom(observed, out var seen) || !NetworkAddress.TryFrom(local, out var ours)) return false;
        // What is seen of one transport or family says nothing about another, as after a translation between IPv4 and IPv6.
        if (seen.Shape != ours.Shape || !(seen.IsPublic || options.AllowPrivateAddresses)) return false;
        var shared = listening.Any(address => NetworkAddress.TryFrom(address, out var listens) && listens.Shape == ours.Shape && listens.Port == ours.Port);
        _byObserver[(new IpGroup(observer), seen.Shape)] = new Observation(observed.WithoutPeer(), seen.Ip, shared, now);
        Expire(now);
        return true;
    }

    /// <summary>The external addresses worth a test, most observers first.</summary>
    /// <remarks>
    /// An address that enough observers agree on, or else, where they agree on the IP address only (each sees another port, or we dial from ordinary ports),
    /// that IP address with our listening port: a forwarded port would be there.
    /// </remarks>
    public IReadOnlyList<Multiaddr> Candidates(TimeSpan now, IReadOnlyList<Multiaddr> listening)
    {
        Expire(now);
        var candidates = Agreed();
        foreach (var family in _byObserver.GroupBy(pair => (pair.Value.Ip, pair.Key.Shape)).Where(family => family.Count() >= options.MinObservers).OrderByDescending(family => family.Count()))
        {
            if (candidates.Any(agreed => NetworkAddress.TryFrom(agreed, out var parts) && parts.Ip.Equals(family.Key.Ip) && parts.Shape == family.Key.Shape)) continue;
            foreach (var address in listening)
            {
                if (!NetworkAddress.TryFrom(address, out var listens) || listens.Shape != family.Key.Shape) continue;
                var guess = WithIp(address.WithoutPeer(), family.Key.Ip);
                if (!candidates.Contains(guess)) candidates.Add(guess);
            }
        }
        return candidates.Count <= options.MaxCandidates ? candidates : candidates[..options.MaxCandidates];
    }

    /// <summary>Where a peer that dials at the same moment may find us: what observers agree on, then what single ones saw last. Of listening ports only.</summary>
    public IReadOnlyList<Multiaddr> Predictions(TimeSpan now)
    {
        Expire(now);
        var agreed = Agreed();
        var single = _byObserver.Values.Where(observation => observation.Shared).OrderByDescending(observation => observation.At).Select(observation => observation.Observed);
        return [.. agreed.Concat(single).Distinct().Take(options.MaxCandidates)];
    }

    private List<Multiaddr> Agreed() =>
    [
        .. _byObserver.Values
            .Where(observation => observation.Shared)
            .GroupBy(observation => observation.Observed)
            .Where(group => group.Count() >= options.MinObservers)
            .OrderByDescending(group => group.Count())
            .ThenByDescending(group => group.Max(observation => observation.At))
            .Select(group => group.Key)
            .Take(options.MaxCandidates),
    ];

    private void Expire(TimeSpan now)
    {
        foreach (var key in _byObserver.Where(pair => now - pair.Value.At > options.Lifetime).Select(pair => pair.Key).ToList()) _byObserver.Remove(key);
        while (_byObserver.Count > options.MaxObservers) _byObserver.Remove(_byObserver.MinBy(pair => pair.Value.At).Key);
    }

    private static Multiaddr WithIp(Multiaddr address, IPAddress ip)
    {
        var text = address.ToString().Split('/');
        text[2] = ip.ToString();
        return Multiaddr.Parse(string.Join('/', text));
    }
}
