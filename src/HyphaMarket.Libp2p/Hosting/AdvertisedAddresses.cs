using System.Net;
using HyphaMarket.Libp2p.Multiformats;

namespace HyphaMarket.Libp2p.Hosting;

/// <summary>What others are told of where this node is: what it listens on, what others confirmed, what relays lend it. Safe for use by many threads.</summary>
internal sealed class AdvertisedAddresses
{
    /// <summary>Addresses told; readers of an identify message take no more, and a peer tries sixteen.</summary>
    public const int MaxAddresses = 64;

    private readonly Lock _lock = new();
    private readonly List<(object Source, Multiaddr[] Addresses)> _external = [];
    private volatile Multiaddr[] _listening = [];
    private volatile Multiaddr[] _all = [];
    private Reachability _reachability;

    /// <summary>What sockets listen on.</summary>
    public IReadOnlyList<Multiaddr> Listening => _listening;

    /// <summary>What others are told: confirmed addresses first, relayed ones last.</summary>
    public IReadOnlyList<Multiaddr> All => _all;

    public Reachability Reachability
    {
        get
        {
            lock (_lock) return _reachability;
        }
    }

    /// <returns>True where others must be told anew.</returns>
    public bool SetListening(IEnumerable<Multiaddr> addresses)
    {
        lock (_lock)
        {
            _listening = [.. addresses];
            return Recompute();
        }
    }

    /// <param name="source">Whose addresses these are; they replace what it told before, none takes them back.</param>
    /// <returns>True where others must be told anew.</returns>
    public bool SetExternal(object source, IReadOnlyList<Multiaddr> addresses)
    {
        lock (_lock)
        {
            _external.RemoveAll(known => ReferenceEquals(known.Source, source));
            if (addresses.Count > 0) _external.Add((source, [.. addresses.Select(address => address.WithoutPeer())]));
            return Recompute();
        }
    }

    /// <returns>True where it is another than before.</returns>
    public bool SetReachability(Reachability reachability, out bool addressesChanged)
    {
        lock (_lock)
        {
            var changed = reachability != _reachability;
            _reachability = reachability;
            addressesChanged = changed && Recompute();
            return changed;
        }
    }

    private bool Recompute()
    {
        var external = _external.SelectMany(known => known.Addresses).ToList();
        // Nobody gets through to a public address of a private node unless it was confirmed; those of its own network may still serve neighbours.
        var listening = _listening.Where(address => _reachability != Reachability.Private || !IsPublic(address));
        Multiaddr[] all =
        [
            .. external.Where(address => !address.IsRelayed).Concat(listening).Concat(external.Where(address => address.IsRelayed)).Distinct().Take(MaxAddresses),
        ];
        if (all.SequenceEqual(_all)) return false;
        _all = all;
        return true;
    }

    private static bool IsPublic(Multiaddr address)
    {
        var first = address.Components[0];
        return (first.Protocol == MultiaddrProtocol.Ip4 || first.Protocol == MultiaddrProtocol.Ip6) && IpScope.IsPublic(new IPAddress(first.Value.Span));
    }
}
