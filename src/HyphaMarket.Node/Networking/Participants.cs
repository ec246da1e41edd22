using HyphaMarket.Brokerage.Epochs;
using HyphaMarket.Libp2p.Identity;
using HyphaMarket.Libp2p.Multiformats;
using HyphaMarket.Market.Ids;

namespace HyphaMarket.Node.Networking;

/// <summary>The same node, by its libp2p name and by its name in the market.</summary>
internal static class Participants
{
    public static ParticipantId ToParticipant(this PeerId peer) => new(peer.Span);

    /// <summary>False for a name that is no peer id.</summary>
    public static bool TryToPeer(this ParticipantId participant, out PeerId peer) => PeerId.TryFromBytes(participant.Span, out peer);

    /// <summary>The peer id's text, or hexadecimal digits where it is none.</summary>
    public static string ToText(this ParticipantId participant) => participant.TryToPeer(out var peer) ? peer.ToString() : participant.ToString();

    /// <summary>The addresses that can be read; others are left out.</summary>
    public static IReadOnlyList<Multiaddr> ToAddresses(this IEnumerable<ReadOnlyMemory<byte>> addresses) =>
        addresses.Select(bytes => Multiaddr.TryFromBytes(bytes.Span, out var address) ? address : null).OfType<Multiaddr>().ToArray();

    /// <summary>As many of a node's addresses as a record of the market has room for.</summary>
    public static IReadOnlyList<ReadOnlyMemory<byte>> ToBytes(this IEnumerable<Multiaddr> addresses) => MarketAddresses.Choose(addresses).Select(address => address.Bytes).ToArray();

    public static EpochMember ToMember(PeerId peer, IEnumerable<Multiaddr> addresses) => new(peer.ToParticipant(), addresses.ToBytes());
}
