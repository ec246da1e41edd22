using HyphaMarket.Libp2p.Identity;

namespace HyphaMarket.Libp2p.Gossipsub.Routing;

/// <summary>Until when which peer must not be grafted in which topic. It outlives connections, or reconnecting would cancel a back-off.</summary>
internal sealed class BackoffTable(int capacity)
{
    private readonly Dictionary<(string Topic, PeerId Peer), TimeSpan> _until = [];

    public int Count => _until.Count;

    /// <summary>Sets a back-off unless a longer one stands.</summary>
    public void Set(TimeSpan now, string topic, PeerId peer, TimeSpan duration)
    {
        var until = now + duration;
        if (_until.TryGetValue((topic, peer), out var standing))
        {
            if (standing < until) _until[(topic, peer)] = until;
            return;
        }
        if (_until.Count >= capacity) MakeRoom(now);
        _until[(topic, peer)] = until;
    }

    public bool IsActive(TimeSpan now, string topic, PeerId peer) => _until.TryGetValue((topic, peer), out var until) && now < until;

    /// <summary>Whether a back-off stands or ended less than the slack ago, so that the other side may still count it.</summary>
    public bool IsActive(TimeSpan now, string topic, PeerId peer, TimeSpan slack) =>
        _until.TryGetValue((topic, peer), out var until) && now < until + slack;

    /// <summary>Removes the back-offs that ended longer than the slack ago.</summary>
    public void Sweep(TimeSpan now, TimeSpan slack)
    {
        foreach (var (key, until) in _until)
        {
            // Removal during enumeration is allowed for dictionaries.
            if (until + slack <= now) _until.Remove(key);
        }
    }

    private void MakeRoom(TimeSpan now)
    {
        Sweep(now, TimeSpan.Zero);
        if (_until.Count >= capacity) _until.Remove(_until.MinBy(entry => entry.Value).Key);
    }
}
