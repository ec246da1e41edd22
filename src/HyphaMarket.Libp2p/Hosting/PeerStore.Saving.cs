using HyphaMarket.Libp2p.Identity;
using HyphaMarket.Libp2p.Identity.Records;

namespace HyphaMarket.Libp2p.Hosting;

public sealed partial class PeerStore
{
    /// <summary>The peers that were connected last, latest first: where a restarted node looks for its network.</summary>
    public IReadOnlyList<PeerId> LastSeen(int atMost)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(atMost);
        lock (_lock)
        {
            return [.. _entries.Values.Select(node => node.Value).Where(entry => entry.LastSeen is not null && entry.Live(Now).Count > 0).OrderByDescending(entry => entry.LastSeen).Take(atMost).Select(entry => entry.Peer)];
        }
    }

    /// <summary>What a file should hold: the peers with addresses that live, the most valuable first (connected, protected, then others, each from the one used last).</summary>
    internal IReadOnlyList<StoredPeer> Export()
    {
        lock (_lock)
        {
            var (now, wall) = (Now, _time.GetUtcNow());
            return [.. Backwards(_connected).Concat(Backwards(_protected)).Concat(Backwards(_ordinary)).Select(Stored).OfType<StoredPeer>()];

            StoredPeer? Stored(PeerEntry entry)
            {
                var addresses = entry.Live(now)
                    .Where(known => known.Lifetime != AddressLifetime.Permanent)
                    .Select(known => new StoredAddress(known.Address, known.Origin, wall + Remaining(entry, known), known.HasWorked))
                    .ToArray();
                return addresses.Length == 0 ? null
                    : new StoredPeer(entry.Peer, addresses, entry.Sequence, entry.Record, entry.Protocols, entry.AgentVersion, entry.IsConnected ? wall : entry.LastSeen);
            }

            // Stopping ends the connection, and from then on the peer's own word ages. A year bounds what the wall clock has to carry.
            TimeSpan Remaining(PeerEntry entry, KnownAddress known) =>
                new(Math.Min(entry.IsConnected && known.Origin != AddressOrigin.Hearsay ? known.Lifetime.Ticks : (known.Expires - now).Ticks, TimeSpan.FromDays(365).Ticks));
        }
    }

    /// <summary>Takes what a file held, the least valuable first. Nothing in a file is believed more than when a peer says it: signatures are checked again.</summary>
    /// <returns>The peers that had anything left to take.</returns>
    internal int Import(IReadOnlyList<StoredPeer> peers)
    {
        var taken = 0;
        // Only the most valuable fit, and the last to come is the last to go.
        foreach (var stored in peers.Take(_maxPeers).Reverse())
        {
            var wall = _time.GetUtcNow();
            var addresses = stored.Addresses.Where(address => address.Expires > wall).ToArray();
            if (stored.Peer.IsDefault || addresses.Length == 0) continue;
            SignedPeerRecord? record = null;
            if (stored.Record is { } bytes && SignedPeerRecord.TryOpen(bytes.Span, out var opened, out _) && opened.Peer == stored.Peer) record = opened;
            lock (_lock)
            {
                // What this run has learnt already is newer than any file.
                if (_entries.ContainsKey(stored.Peer)) continue;
                var entry = Touch(stored.Peer);
                if (record is not null) entry.Restore(record);
                else if (stored.Sequence is { } sequence) entry.Restore(sequence);
                foreach (var address in addresses)
                {
                    var signed = record is not null && record.Record.Addresses.Contains(address.Address);
                    // A clock that was set back must not make addresses live for ever.
                    var life = Shorter(address.Expires - wall, signed ? AddressLifetime.Certified : AddressLifetime.Identified);
                    entry.Restore(address.Address, signed ? AddressOrigin.Certified : AddressOrigin.Hearsay, life, Now, address.HasWorked);
                }
                entry.Protocols = Bounded(stored.Protocols);
                entry.AgentVersion = stored.AgentVersion;
                entry.LastSeen = stored.LastSeen;
                taken++;
            }
        }
        return taken;

        static TimeSpan Shorter(TimeSpan one, TimeSpan other) => one < other ? one : other;
    }

    private static IEnumerable<PeerEntry> Backwards(LinkedList<PeerEntry> list)
    {
        for (var node = list.Last; node is not null; node = node.Previous) yield return node.Value;
    }
}
