using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Sockets;
using System.Text;
using HyphaMarket.Libp2p.Identity;

namespace HyphaMarket.Libp2p.Multiformats;

/// <summary>A self-describing network address, such as <c>/ip4/127.0.0.1/tcp/4001/p2p/12D3KooW…</c>, kept in its binary form.</summary>
/// <remarks>
/// Source: libp2p/specs addressing/README.md. Every instance is valid component by component; whether some transport can
/// dial the combination is the transport's to say. Addresses are equal when their bytes are. Immutable.
/// </remarks>
public sealed partial class Multiaddr : IEquatable<Multiaddr>
{
    /// <summary>The longest binary form: two peer ids, two names of 200 letters and every other component fit, and a list of a hundred stays small.</summary>
    public const int MaxBytes = 512;

    /// <summary>The most components: a relayed, secured web socket address has ten.</summary>
    public const int MaxComponents = 16;

    private readonly byte[] _bytes;
    private readonly MultiaddrComponent[] _components;

    private Multiaddr(byte[] bytes, MultiaddrComponent[] components)
    {
        _bytes = bytes;
        _components = components;
    }

    /// <summary>The binary form.</summary>
    public ReadOnlyMemory<byte> Bytes => _bytes;

    /// <summary>The components, outermost (the network address) first; at least one.</summary>
    public IReadOnlyList<MultiaddrComponent> Components => _components;

    /// <summary>True where the way leads over a relay.</summary>
    public bool IsRelayed => _components.Any(component => component.Protocol == MultiaddrProtocol.P2pCircuit);

    /// <summary>The address of a TCP socket, as <c>/ip4/…/tcp/…</c> or <c>/ip6/…/tcp/…</c>; an IPv4 address inside IPv6 becomes ip4, a zone is left out.</summary>
    /// <exception cref="ArgumentException">The end point is neither IPv4 nor IPv6.</exception>
    public static Multiaddr FromEndPoint(IPEndPoint endPoint)
    {
        ArgumentNullException.ThrowIfNull(endPoint);
        var ip = endPoint.Address.IsIPv4MappedToIPv6 ? endPoint.Address.MapToIPv4() : endPoint.Address;
        var protocol = ip.AddressFamily switch
        {
            AddressFamily.InterNetwork => MultiaddrProtocol.Ip4,
            AddressFamily.InterNetworkV6 => MultiaddrProtocol.Ip6,
            _ => throw new ArgumentException("Only IPv4 and IPv6 end points have a multiaddr.", nameof(endPoint)),
        };
        byte[] port = [(byte)(endPoint.Port >> 8), (byte)endPoint.Port];
        return FromComponents([new(protocol, ip.GetAddressBytes()), new(MultiaddrProtocol.Tcp, port)]);
    }

    /// <summary>This address with <c>/p2p/{peer}</c> at its end, in place of another peer there.</summary>
    /// <exception cref="ArgumentException">The peer id is the default value, or the address would exceed its bounds.</exception>
    public Multiaddr WithPeer(PeerId peer)
    {
        if (peer.IsDefault) throw new ArgumentException("The default peer id names nobody.", nameof(peer));
        if (TryGetPeer(out var present) && present == peer) return this;
        var kept = EndsWithPeer ? _components[..^1] : _components;
        return FromComponents([.. kept, new(MultiaddrProtocol.P2p, peer.Bytes)]);
    }

    /// <summary>This address without the <c>/p2p/…</c> at its end; itself where there is none, or where there is nothing else.</summary>
    public Multiaddr WithoutPeer() => EndsWithPeer && _components.Length > 1 ? FromComponents(_components[..^1]) : this;

    /// <summary>The peer that the address leads to: the <c>/p2p</c> at its very end, so a relay's own id is never mistaken for it.</summary>
    public bool TryGetPeer(out PeerId peer)
    {
        peer = default;
        return EndsWithPeer && PeerId.TryFromBytes(_components[^1].Value.Span, out peer);
    }

    /// <summary>The socket of a plain TCP address: ip4 or ip6, then tcp, then at most a peer. False for web sockets, TLS, relays and names.</summary>
    public bool TryGetTcpEndPoint([NotNullWhen(true)] out IPEndPoint? endPoint)
    {
        endPoint = null;
        if (!IsPlainTcp) return false;
        var first = _components[0];
        if (first.Protocol != MultiaddrProtocol.Ip4 && first.Protocol != MultiaddrProtocol.Ip6) return false;
        endPoint = new IPEndPoint(new IPAddress(first.Value.Span), _components[1].Port);
        return true;
    }

    /// <summary>The host and port of a plain TCP address by name: dns, dns4 or dns6, then tcp, then at most a peer. The family says which records to ask for.</summary>
    public bool TryGetTcpDnsEndPoint([NotNullWhen(true)] out DnsEndPoint? endPoint)
    {
        endPoint = null;
        if (!IsPlainTcp) return false;
        var first = _components[0];
        AddressFamily family;
        if (first.Protocol == MultiaddrProtocol.Dns) family = AddressFamily.Unspecified;
        else if (first.Protocol == MultiaddrProtocol.Dns4) family = AddressFamily.InterNetwork;
        else if (first.Protocol == MultiaddrProtocol.Dns6) family = AddressFamily.InterNetworkV6;
        else return false;
        endPoint = new DnsEndPoint(first.Text, _components[1].Port, family);
        return true;
    }

    private bool EndsWithPeer => _components[^1].Protocol == MultiaddrProtocol.P2p;

    private bool IsPlainTcp =>
        _components.Length >= 2 && _components[1].Protocol == MultiaddrProtocol.Tcp &&
        (_components.Length == 2 || (_components.Length == 3 && EndsWithPeer));

    /// <summary>The text form.</summary>
    public override string ToString()
    {
        var text = new StringBuilder();
        foreach (var component in _components) text.Append(component);
        return text.ToString();
    }

    public bool Equals(Multiaddr? other) => other is not null && _bytes.AsSpan().SequenceEqual(other._bytes);
    public override bool Equals(object? obj) => Equals(obj as Multiaddr);
    public override int GetHashCode()
    {
        var hash = new HashCode();
        hash.AddBytes(_bytes);
        return hash.ToHashCode();
    }
    public static bool operator ==(Multiaddr? left, Multiaddr? right) => left is null ? right is null : left.Equals(right);
    public static bool operator !=(Multiaddr? left, Multiaddr? right) => !(left == right);
}
