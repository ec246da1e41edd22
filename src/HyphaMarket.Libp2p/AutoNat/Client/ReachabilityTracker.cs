using System.Net;
using HyphaMarket.Libp2p.Hosting;
using HyphaMarket.Libp2p.Identity;
using HyphaMarket.Libp2p.Multiformats;

namespace HyphaMarket.Libp2p.AutoNat.Client;

/// <summary>Decides which server is asked about which address and when, and what follows from the answers. No I/O.</summary>
/// <remarks>
/// Inputs: candidates, servers coming and going, results. Output: <see cref="NextProbe"/>, until it is null; <see cref="NextTimer"/> says when to look again.
/// An address is reachable (or not) once <see cref="AutoNatClientOptions.RequiredServers"/> of the newest answers, one for each IP group, say so; until the answers
/// turn round it stays what it was.
/// </remarks>
internal sealed class ReachabilityTracker(AutoNatClientOptions options)
{
    private readonly Dictionary<PeerId, TrackedServer> _servers = [];
    private readonly List<TrackedAddress> _addresses = [];
    private TimeSpan _hourStart = TimeSpan.MinValue;
    private int _spentBytes;
    private int _active;

    /// <summary>The addresses that others can dial.</summary>
    public IReadOnlyList<Multiaddr> Confirmed => [.. _addresses.Where(tracked => tracked.Reachability == Reachability.Public).Select(tracked => tracked.Address)];

    /// <summary>Every address under test.</summary>
    public IReadOnlyList<AddressReachability> Addresses => [.. _addresses.Select(tracked => tracked.Describe())];

    /// <summary>Of the node as a whole: public by one address, private only where every candidate is.</summary>
    public Reachability Reachability =>
        _addresses.Any(tracked => tracked.Reachability == Reachability.Public) ? Reachability.Public
        : _addresses.Count > 0 && _addresses.All(tracked => tracked.Reachability == Reachability.Private) ? Reachability.Private
        : Reachability.Unknown;

    /// <summary>Sets the addresses to test, in order of priority; what is known of those that stay is kept.</summary>
    public void SetCandidates(TimeSpan now, IReadOnlyList<Multiaddr> candidates)
    {
        var wanted = candidates.Take(options.MaxAddresses).ToList();
        var known = _addresses.ToDictionary(tracked => tracked.Address);
        _addresses.Clear();
        _addresses.AddRange(wanted.Select(address => known.GetValueOrDefault(address) ?? new TrackedAddress(address, options.RequiredServers, now)));
    }

    /// <summary>A connected peer serves AutoNAT.</summary>
    public void AddServer(PeerId peer, IPAddress ip)
    {
        if (_servers.Count < options.MaxServers) _servers.TryAdd(peer, new TrackedServer(peer, new IpGroup(ip), options.MinServerBackoff));
    }

    /// <summary>A server is connected no more.</summary>
    public void RemoveServer(PeerId peer) => _servers.Remove(peer);

    /// <summary>The next request to make; <see cref="OnResult"/> must follow. Null for none now.</summary>
    public Probe? NextProbe(TimeSpan now)
    {
        if (_active >= options.MaxConcurrentProbes) return null;
        foreach (var first in _addresses.Where(tracked => tracked.IsDue(now)))
        {
            var server = _servers.Values.Where(candidate => candidate.IsFree(now) && MayAsk(now, candidate, first)).MinBy(candidate => candidate.LastAsked);
            if (server is null) continue;
            // "The list is ordered in descending order of priority": a server that cannot dial the first may tell about another.
            var asked = _addresses.Where(tracked => tracked == first || (tracked.IsDue(now) && MayAsk(now, server, tracked))).OrderByDescending(tracked => tracked == first).ToList();
            foreach (var tracked in asked) tracked.IsBusy = true;
            server.Begin(now);
            _active++;
            return new Probe(server.Peer, [.. asked.Select(tracked => tracked.Address)]);
        }
        return null;
    }

    /// <summary>A request ended.</summary>
    public void OnResult(TimeSpan now, Probe probe, ProbeResult result)
    {
        _active--;
        var asked = probe.Addresses.Select(address => _addresses.Find(tracked => tracked.Address.Equals(address))).ToList();
        foreach (var tracked in asked) tracked?.IsBusy = false;
        if (!_servers.TryGetValue(probe.Server, out var server)) return;
        server.End(now, result.Outcome == ProbeOutcome.Failed, options);
        if (result.Outcome == ProbeOutcome.Failed) return;
        // What stands before the address that was dialled was refused, as all is where none was dialled.
        var refused = result.Outcome == ProbeOutcome.Refused ? asked.Count : result.Index;
        foreach (var tracked in asked.Take(refused)) tracked?.OnRefused(now, server.Group);
        if (result.Outcome != ProbeOutcome.Refused) asked[result.Index]?.OnVerdict(now, server.Group, result.Outcome == ProbeOutcome.Reachable, options);
    }

    /// <summary>Allows a payment of dial data, or not.</summary>
    public bool TrySpend(TimeSpan now, ulong bytes)
    {
        if (_hourStart == TimeSpan.MinValue || now - _hourStart >= TimeSpan.FromHours(1))
        {
            _hourStart = now;
            _spentBytes = 0;
        }
        if (bytes > (ulong)options.MaxDialDataBytes || _spentBytes + (long)bytes > options.MaxDialDataBytesPerHour) return false;
        _spentBytes += (int)bytes;
        return true;
    }

    /// <summary>When something falls due by itself; null where only an input can change anything.</summary>
    public TimeSpan? NextTimer(TimeSpan now)
    {
        TimeSpan? next = null;
        foreach (var tracked in _addresses.Where(tracked => !tracked.IsBusy))
        {
            foreach (var server in _servers.Values)
            {
                var due = TimeSpan.FromTicks(Math.Max(tracked.Due.Ticks, Math.Max(server.NotBefore.Ticks, tracked.MayAskAgain(server.Group, options).Ticks)));
                if (due > now && (next is null || due < next)) next = due;
            }
        }
        return next;
    }

    private bool MayAsk(TimeSpan now, TrackedServer server, TrackedAddress tracked) => tracked.MayAskAgain(server.Group, options) <= now;
}
