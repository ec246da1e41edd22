using HyphaMarket.Libp2p.Hosting;
using HyphaMarket.Libp2p.Multiformats;

namespace HyphaMarket.Libp2p.AutoNat.Client;

/// <summary>An address under test and the newest answers about it.</summary>
internal sealed class TrackedAddress(Multiaddr address, int required, TimeSpan now)
{
    // Oldest first; one for each group, at most 2 * required - 1.
    private readonly List<(IpGroup Group, bool Reachable)> _verdicts = [];
    private readonly Dictionary<IpGroup, TimeSpan> _asked = [];

    public Multiaddr Address => address;

    public Reachability Reachability { get; private set; }

    /// <summary>A request about it is under way.</summary>
    public bool IsBusy { get; set; }

    /// <summary>It is to be tested from now on.</summary>
    public TimeSpan Due { get; private set; } = now;

    public bool IsDue(TimeSpan at) => !IsBusy && Due <= at;

    /// <summary>From when on a group may be asked about it.</summary>
    public TimeSpan MayAskAgain(IpGroup group, AutoNatClientOptions options) =>
        _asked.TryGetValue(group, out var last) ? last + options.SameServerInterval : TimeSpan.Zero;

    public void OnRefused(TimeSpan at, IpGroup group) => Remember(at, group);

    public void OnVerdict(TimeSpan at, IpGroup group, bool reachable, AutoNatClientOptions options)
    {
        Remember(at, group);
        _verdicts.RemoveAll(verdict => verdict.Group == group);
        _verdicts.Add((group, reachable));
        if (_verdicts.Count > (2 * required) - 1) _verdicts.RemoveAt(0);
        if (Count(true) >= required) Reachability = Reachability.Public;
        else if (Count(false) >= required) Reachability = Reachability.Private;
        // An answer that does not fit what was settled is looked into at once.
        var settled = Reachability == (reachable ? Reachability.Public : Reachability.Private);
        Due = at + (settled ? options.RecheckInterval : options.ProbeInterval);
    }

    public AddressReachability Describe() => new(address, Reachability, Count(true), Count(false));

    private int Count(bool reachable) => _verdicts.Count(verdict => verdict.Reachable == reachable);

    private void Remember(TimeSpan at, IpGroup group)
    {
        _asked[group] = at;
        // Servers are bounded at a time; over days many come and go.
        if (_asked.Count > 256) _asked.Remove(_asked.MinBy(pair => pair.Value).Key);
    }
}
