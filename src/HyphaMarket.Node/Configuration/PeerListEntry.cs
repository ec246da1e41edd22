using System.Net;

using HyphaMarket.Libp2p.Identity;

namespace HyphaMarket.Node.Configuration;

/// <summary>One entry of an allow or deny list: a peer, or a network of which a single address is the smallest.</summary>
/// <param name="Peer">Null for a network.</param>
/// <param name="Network">Null for a peer.</param>
internal sealed record PeerListEntry(PeerId? Peer, IPNetwork? Network)
{
    /// <summary>Reads an entry that <see cref="Fault"/> finds no fault with.</summary>
    /// <exception cref="FormatException">There is one.</exception>
    public static PeerListEntry Parse(string text) => Read(text, out var fault) ?? throw new FormatException(fault);

    /// <summary>Says in words why an entry cannot be read; null where it can.</summary>
    public static string? Fault(string text) => Read(text, out var fault) is null ? fault : null;

    private static PeerListEntry? Read(string text, out string? fault)
    {
        fault = null;
        if (IPAddress.TryParse(text, out var address)) return new PeerListEntry(null, new IPNetwork(address, address.AddressFamily == System.Net.Sockets.AddressFamily.InterNetwork ? 32 : 128));
        if (PeerId.TryParse(text, out var peer)) return new PeerListEntry(peer, null);
        var slash = text.IndexOf('/', StringComparison.Ordinal);
        if (slash > 0 && IPAddress.TryParse(text[..slash], out var start))
        {
            // The parser clears the bits behind the prefix; what was meant by them, a machine or its network, only the operator knows.
            if (IPNetwork.TryParse(text, out var network) && network.BaseAddress.Equals(start)) return new PeerListEntry(null, network);
            fault = "Behind the slash comes the length of the prefix, and no bit of the address may be set beyond it.";
            return null;
        }
        fault = text.StartsWith("12D3", StringComparison.Ordinal) ? "It is no peer id; copy the whole id." : "It is neither a peer id nor an IP address nor a network.";
        return null;
    }
}
