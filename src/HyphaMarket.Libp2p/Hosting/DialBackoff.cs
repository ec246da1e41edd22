using HyphaMarket.Libp2p.Identity;
using HyphaMarket.Libp2p.Multiformats;

namespace HyphaMarket.Libp2p.Hosting;

/// <summary>Remembers which address failed for which peer, and how long to leave it alone. Bounded; safe for use by many threads.</summary>
internal sealed class DialBackoff(TimeSpan first, TimeSpan longest, int capacity)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<(PeerId, Multiaddr), LinkedListNode<Entry>> _entries = [];
    private readonly LinkedList<Entry> _byAge = new();

    /// <summary>How long the address must be left alone yet; zero where it may be dialled.</summary>
    public TimeSpan Remaining(PeerId peer, Multiaddr address, TimeSpan now)
    {
        lock (_lock)
        {
            return _entries.TryGetValue((peer, address), out var node) && node.Value.Until > now ? node.Value.Until - now : TimeSpan.Zero;
        }
    }

    /// <summary>How the address failed last; empty where that is not known.</summary>
    public string ReasonOf(PeerId peer, Multiaddr address)
    {
        lock (_lock) return _entries.TryGetValue((peer, address), out var node) ? node.Value.Reason : "";
    }

    public void OnFailure(PeerId peer, Multiaddr address, TimeSpan now, string reason = "")
    {
        lock (_lock)
        {
            var key = (peer, address);
            var pause = first;
            if (_entries.Remove(key, out var old))
            {
                _byAge.Remove(old);
                // An address that was left alone for as long again as it had to be starts anew.
                if (now - old.Value.Until <= old.Value.Pause + longest) pause = Shorter(old.Value.Pause * 2, longest);
            }
            else if (_entries.Count >= capacity)
            {
                _entries.Remove(_byAge.First!.Value.Key);
                _byAge.RemoveFirst();
            }
            _entries.Add(key, _byAge.AddLast(new Entry(key, pause, now + pause, reason)));
        }
    }

    public void OnSuccess(PeerId peer, Multiaddr address)
    {
        lock (_lock)
        {
            if (_entries.Remove((peer, address), out var node)) _byAge.Remove(node);
        }
    }

    private static TimeSpan Shorter(TimeSpan left, TimeSpan right) => left < right ? left : right;

    private readonly record struct Entry((PeerId, Multiaddr) Key, TimeSpan Pause, TimeSpan Until, string Reason);
}
