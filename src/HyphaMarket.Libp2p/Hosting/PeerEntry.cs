using System.Security.Cryptography;
using HyphaMarket.Libp2p.Identity;
using HyphaMarket.Libp2p.Identity.Records;
using HyphaMarket.Libp2p.Multiformats;

namespace HyphaMarket.Libp2p.Hosting;

/// <summary>What the store knows of one peer. Not safe for many threads: the store's lock guards it.</summary>
internal sealed class PeerEntry(PeerId peer, int maxAddresses)
{
    private readonly List<KnownAddress> _addresses = [];
    private byte[]? _payloadHash;

    public PeerId Peer => peer;

    public HashSet<string> Protocols { get; set; } = [];

    public string? AgentVersion { get; set; }

    public bool IsConnected { get; private set; }

    public bool IsProtected { get; set; }

    /// <summary>When the peer was last seen connected; null for never.</summary>
    public DateTimeOffset? LastSeen { get; set; }

    /// <summary>The sequence number of the newest record; null where there was none.</summary>
    public ulong? Sequence { get; private set; }

    /// <summary>The newest record as it travels; null where it was too long to be kept.</summary>
    public ReadOnlyMemory<byte>? Record { get; private set; }

    /// <summary>The addresses that live, best first.</summary>
    public IReadOnlyList<KnownAddress> Live(TimeSpan now)
    {
        RemoveExpired(now);
        return [.. _addresses.OrderByDescending(known => known.Rank)];
    }

    public void Add(Multiaddr address, AddressOrigin origin, TimeSpan lifetime, TimeSpan now)
    {
        var added = new KnownAddress(address, origin, lifetime, End(now, lifetime), HasWorked: false);
        var index = IndexOf(address);
        if (index >= 0)
        {
            var known = _addresses[index];
            _addresses[index] = known with
            {
                Origin = known.Origin > origin ? known.Origin : origin,
                Lifetime = known.Lifetime > lifetime ? known.Lifetime : lifetime,
                Expires = known.Expires > added.Expires ? known.Expires : added.Expires,
            };
            return;
        }
        if (_addresses.Count >= maxAddresses) RemoveExpired(now);
        // Hearsay never pushes out what the peer signed or what has worked; among equals the first to expire goes.
        if (_addresses.Count >= maxAddresses && !RemoveWorst(added.Rank)) return;
        _addresses.Add(added);
    }

    /// <summary>The peer told all its addresses: those it told before and tells no more are hearsay from now on.</summary>
    public void Identify(IReadOnlyCollection<Multiaddr> addresses, TimeSpan lifetime, TimeSpan now)
    {
        Demote(AddressOrigin.Identified, addresses);
        foreach (var address in addresses) Add(address, AddressOrigin.Identified, lifetime, now);
    }

    /// <summary>"Only accept the new envelope if it has a greater seq value than existing envelopes"; the same one again renews its addresses.</summary>
    public bool Certify(SignedPeerRecord record, TimeSpan lifetime, TimeSpan now, int maxRecordBytes)
    {
        var hash = SHA256.HashData(record.Envelope.Payload.Span);
        if (Sequence > record.Record.Sequence || (Sequence == record.Record.Sequence && _payloadHash is { } known && !known.AsSpan().SequenceEqual(hash))) return false;
        (Sequence, _payloadHash) = (record.Record.Sequence, hash);
        Record = record.Bytes.Length <= maxRecordBytes ? record.Bytes : default(ReadOnlyMemory<byte>?);
        var addresses = record.Record.Addresses;
        Demote(AddressOrigin.Certified, addresses);
        _addresses.RemoveAll(address => !address.HasWorked && address.Lifetime != AddressLifetime.Permanent && !addresses.Contains(address.Address));
        // The peer lists its best addresses first, so where there is no room for all it is the last that are left out.
        foreach (var address in addresses.Take(maxAddresses)) Add(address, AddressOrigin.Certified, lifetime, now);
        return true;
    }

    /// <summary>What a file says of an address, in the order of the file.</summary>
    public void Restore(Multiaddr address, AddressOrigin origin, TimeSpan lifetime, TimeSpan now, bool hasWorked)
    {
        Add(address, origin, lifetime, now);
        if (hasWorked && IndexOf(address) is >= 0 and var index) _addresses[index] = _addresses[index] with { HasWorked = true };
    }

    public void Restore(SignedPeerRecord record) =>
        (Sequence, _payloadHash, Record) = (record.Record.Sequence, SHA256.HashData(record.Envelope.Payload.Span), record.Bytes);

    /// <summary>A sequence number without its record, which was too long to be kept.</summary>
    public void Restore(ulong sequence) => Sequence = sequence;

    public void MarkWorked(Multiaddr address)
    {
        var index = IndexOf(address);
        if (index < 0) return;
        var known = _addresses[index] with { HasWorked = true };
        _addresses.RemoveAt(index);
        _addresses.Insert(0, known);
    }

    public void SetConnected(bool connected, TimeSpan now)
    {
        if (IsConnected && !connected)
        {
            // Its own word was true until now.
            for (var i = 0; i < _addresses.Count; i++)
            {
                if (_addresses[i].Origin != AddressOrigin.Hearsay) _addresses[i] = _addresses[i] with { Expires = End(now, _addresses[i].Lifetime) };
            }
        }
        IsConnected = connected;
    }

    private void Demote(AddressOrigin origin, IReadOnlyCollection<Multiaddr> told)
    {
        for (var i = 0; i < _addresses.Count; i++)
        {
            if (_addresses[i].Origin == origin && !told.Contains(_addresses[i].Address)) _addresses[i] = _addresses[i] with { Origin = AddressOrigin.Hearsay };
        }
    }

    private void RemoveExpired(TimeSpan now) => _addresses.RemoveAll(known => known.Expires <= now && !(IsConnected && known.Origin != AddressOrigin.Hearsay));

    private bool RemoveWorst(int rank)
    {
        var worst = _addresses.MinBy(known => (known.Rank, known.Expires));
        return worst.Rank <= rank && _addresses.Remove(worst);
    }

    private int IndexOf(Multiaddr address) => _addresses.FindIndex(known => known.Address.Equals(address));

    private static TimeSpan End(TimeSpan now, TimeSpan lifetime) => lifetime > TimeSpan.MaxValue - now ? TimeSpan.MaxValue : now + lifetime;
}
