using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using HyphaMarket.Libp2p.Identity;

namespace HyphaMarket.Libp2p.Resources;

/// <summary>Whom this node never connects with, and whom it takes whatever the limits: by peer, address or network. Changed at any time; safe for use by many threads.</summary>
/// <remarks>
/// A later word on the same peer or network replaces the earlier one. Of the networks that hold an address the smallest decides. A peer and its address are both asked, and
/// a denial of either is final.
/// </remarks>
public sealed class ConnectionGater
{
    /// <summary>Peers and networks named, together. Large public block lists have some ten thousand.</summary>
    public const int MaxEntries = 65_536;

    private readonly Lock _lock = new();
    private readonly Dictionary<PeerId, GateVerdict> _peers = [];
    private readonly Dictionary<Network, GateVerdict> _networks = [];

    // How many networks there are of each length, so that an address is looked up once for each length in use.
    private readonly SortedDictionary<int, int> _lengths = new(Comparer<int>.Create((left, right) => right.CompareTo(left)));

    /// <summary>The lists changed; connections that are denied now are to be closed.</summary>
    internal event Action? Changed;

    public void Allow(PeerId peer) => Set(peer, GateVerdict.Allowed);

    public void Deny(PeerId peer) => Set(peer, GateVerdict.Denied);

    /// <summary>Takes a peer off its list.</summary>
    public void Remove(PeerId peer) => Set(peer, GateVerdict.None);

    public void Allow(IPNetwork network) => Set(network, GateVerdict.Allowed);

    public void Deny(IPNetwork network) => Set(network, GateVerdict.Denied);

    /// <summary>Takes a network off its list; networks within it stay.</summary>
    public void Remove(IPNetwork network) => Set(network, GateVerdict.None);

    public void Allow(IPAddress address) => Set(Single(address), GateVerdict.Allowed);

    public void Deny(IPAddress address) => Set(Single(address), GateVerdict.Denied);

    /// <summary>Takes a single address off its list.</summary>
    public void Remove(IPAddress address) => Set(Single(address), GateVerdict.None);

    /// <summary>What the lists say of a peer.</summary>
    public GateVerdict Of(PeerId peer)
    {
        lock (_lock) return _peers.GetValueOrDefault(peer);
    }

    /// <summary>What the lists say of an address; null, where a transport has none, is on no list.</summary>
    public GateVerdict Of(IPAddress? address)
    {
        if (address is null) return GateVerdict.None;
        lock (_lock)
        {
            if (_networks.Count == 0) return GateVerdict.None;
            foreach (var length in _lengths.Keys)
            {
                if (_networks.TryGetValue(Network.Of(address, length), out var verdict)) return verdict;
            }
            return GateVerdict.None;
        }
    }

    /// <summary>What the lists say of both together.</summary>
    public GateVerdict Of(PeerId peer, IPAddress? address)
    {
        var (first, second) = (Of(peer), Of(address));
        return first == GateVerdict.Denied || second == GateVerdict.Denied ? GateVerdict.Denied
            : first == GateVerdict.Allowed || second == GateVerdict.Allowed ? GateVerdict.Allowed : GateVerdict.None;
    }

    private static IPNetwork Single(IPAddress address)
    {
        ArgumentNullException.ThrowIfNull(address);
        return new IPNetwork(address, address.AddressFamily == AddressFamily.InterNetwork ? 32 : 128);
    }

    private void Set(PeerId peer, GateVerdict verdict)
    {
        if (peer.IsDefault) throw new ArgumentException("The default peer id names nobody.", nameof(peer));
        lock (_lock) Put(_peers, peer, verdict);
        Changed?.Invoke();
    }

    private void Set(IPNetwork network, GateVerdict verdict)
    {
        var length = network.BaseAddress.AddressFamily == AddressFamily.InterNetwork ? network.PrefixLength + 96 : network.PrefixLength;
        lock (_lock)
        {
            var change = Put(_networks, Network.Of(network.BaseAddress, length), verdict);
            var count = _lengths.GetValueOrDefault(length) + change;
            if (count == 0) _lengths.Remove(length);
            else _lengths[length] = count;
        }
        Changed?.Invoke();
    }

    /// <returns>How many entries there are more.</returns>
    private int Put<T>(Dictionary<T, GateVerdict> list, T key, GateVerdict verdict)
        where T : notnull
    {
        if (verdict == GateVerdict.None) return list.Remove(key) ? -1 : 0;
        if (list.ContainsKey(key))
        {
            list[key] = verdict;
            return 0;
        }
        if (_peers.Count + _networks.Count >= MaxEntries) throw new InvalidOperationException($"The lists hold {MaxEntries} entries already.");
        list.Add(key, verdict);
        return 1;
    }

    /// <summary>The first bits of an address, IPv4 as it is written within IPv6 (<c>::ffff:0:0/96</c>); yet no network of IPv6 holds an IPv4 address.</summary>
    private readonly record struct Network(UInt128 Prefix, int Length, bool IsIpv4)
    {
        public static Network Of(IPAddress address, int length)
        {
            Span<byte> bytes = stackalloc byte[16];
            address.MapToIPv6().TryWriteBytes(bytes, out _);
            var bits = BinaryPrimitives.ReadUInt128BigEndian(bytes);
            var isIpv4 = address.AddressFamily == AddressFamily.InterNetwork || address.IsIPv4MappedToIPv6;
            return new Network(length == 0 ? 0 : bits >> (128 - length) << (128 - length), length, isIpv4);
        }
    }
}
