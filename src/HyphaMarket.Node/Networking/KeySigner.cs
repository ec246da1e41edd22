using HyphaMarket.Libp2p.Identity;
using HyphaMarket.Market.Ids;
using HyphaMarket.Wire;

namespace HyphaMarket.Node.Networking;

/// <summary>The node's libp2p key as the market's cores see it.</summary>
internal sealed class KeySigner(KeyPair keys) : ISigner
{
    public ParticipantId Id { get; } = keys.PeerId.ToParticipant();

    public byte[] Sign(ReadOnlySpan<byte> message) => keys.Sign(message);
}
