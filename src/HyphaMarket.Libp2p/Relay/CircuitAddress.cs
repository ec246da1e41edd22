using System.Diagnostics.CodeAnalysis;
using HyphaMarket.Libp2p.Identity;
using HyphaMarket.Libp2p.Multiformats;

namespace HyphaMarket.Libp2p.Relay;

/// <summary>The parts of an address that leads through a relay: <c>/ip4/192.0.2.7/tcp/4001/p2p/RELAY/p2p-circuit/p2p/TARGET</c>.</summary>
/// <param name="Relay">The relay.</param>
/// <param name="RelayAddress">Where it can be reached, without its peer id; null where the address leaves that to be found out.</param>
/// <param name="Target">The peer behind it; null where the address ends with <c>/p2p-circuit</c>.</param>
public sealed record CircuitAddress(PeerId Relay, Multiaddr? RelayAddress, PeerId? Target)
{
    /// <summary>The code of p2p-circuit, 290, as a varint.</summary>
    private static readonly byte[] s_circuit = [0xA2, 0x02];

    /// <summary>Takes an address apart; false where it names no relay, several, or anything but one peer behind it.</summary>
    public static bool TryParse(Multiaddr address, [NotNullWhen(true)] out CircuitAddress? circuit)
    {
        ArgumentNullException.ThrowIfNull(address);
        circuit = null;
        var components = address.Components;
        var at = IndexOfCircuit(components);
        // "/p2p-circuit" alone says that some relay is to be found, which is nobody's address yet.
        if (at < 1 || components[at - 1].Protocol != MultiaddrProtocol.P2p) return false;
        if (components.Count > at + 2 || (components.Count == at + 2 && components[at + 1].Protocol != MultiaddrProtocol.P2p)) return false;
        // A relay's own address must lead straight to it: a relay over a relay is refused by both.
        if (components.Take(at - 1).Any(component => component.Protocol == MultiaddrProtocol.P2p)) return false;
        var relay = PeerId.FromBytes(components[at - 1].Value.Span);
        PeerId? target = components.Count == at + 2 ? PeerId.FromBytes(components[at + 1].Value.Span) : null;
        circuit = new CircuitAddress(relay, at == 1 ? null : Join(components.Take(at - 1)), target);
        return true;
    }

    /// <summary>The address as one.</summary>
    public Multiaddr ToMultiaddr()
    {
        var relay = RelayAddress is { } address ? address.WithPeer(Relay) : Multiaddr.Parse($"/p2p/{Relay}");
        var circuit = Multiaddr.FromBytes([.. relay.Bytes.Span, .. s_circuit]);
        return Target is { } target ? circuit.WithPeer(target) : circuit;
    }

    private static int IndexOfCircuit(IReadOnlyList<MultiaddrComponent> components)
    {
        for (var i = 0; i < components.Count; i++)
        {
            if (components[i].Protocol == MultiaddrProtocol.P2pCircuit) return i;
        }
        return -1;
    }

    private static Multiaddr Join(IEnumerable<MultiaddrComponent> components) => Multiaddr.Parse(string.Concat(components));
}
