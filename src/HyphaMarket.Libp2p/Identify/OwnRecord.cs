using HyphaMarket.Libp2p.Identity;
using HyphaMarket.Libp2p.Identity.Records;
using HyphaMarket.Libp2p.Multiformats;

namespace HyphaMarket.Libp2p.Identify;

/// <summary>This node's signed record: made anew, with a higher sequence number, whenever its addresses have changed. Safe for use by many threads.</summary>
internal sealed class OwnRecord(KeyPair keys, TimeProvider time)
{
    private readonly Lock _lock = new();
    private IReadOnlyList<Multiaddr>? _addresses;
    private SignedPeerRecord? _current;

    /// <summary>The record of these addresses; the last one again where they are the same. Where they are too many for a record, the first of them.</summary>
    public SignedPeerRecord Of(IReadOnlyList<Multiaddr> addresses)
    {
        lock (_lock)
        {
            if (_current is not null && _addresses!.SequenceEqual(addresses)) return _current;
            _current = SignedPeerRecord.Seal(keys, new PeerRecord(keys.PeerId, NextSequence(), Fitting(addresses)));
            _addresses = addresses;
            return _current;
        }
    }

    /// <summary>
    /// "To avoid persisting state across restarts, implementations MAY use unix epoch time as the seq value": in nanoseconds, as go-libp2p does. A clock
    /// that stands still or steps back within one run is overruled by counting on.
    /// </summary>
    private ulong NextSequence()
    {
        var clock = (ulong)Math.Max(0, (time.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks) * TimeSpan.NanosecondsPerTick;
        return _current is { } last && last.Record.Sequence >= clock ? last.Record.Sequence + 1 : clock;
    }

    private IEnumerable<Multiaddr> Fitting(IReadOnlyList<Multiaddr> addresses)
    {
        // Peer id and sequence number take fewer than 64 bytes, and each address two tags and two lengths.
        var room = SignedEnvelope.MaxPayloadLength - 64;
        foreach (var address in addresses.Select(address => address.WithoutPeer()).Take(PeerRecord.MaxAddresses))
        {
            room -= address.Bytes.Length + 6;
            if (room < 0) yield break;
            yield return address;
        }
    }
}
