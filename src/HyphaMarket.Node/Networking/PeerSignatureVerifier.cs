using HyphaMarket.Libp2p.Identity;
using HyphaMarket.Market.Ids;
using HyphaMarket.Wire;

namespace HyphaMarket.Node.Networking;

/// <summary>Checks signatures with the key inside a peer id. Ed25519 only: on it all nodes agree to the last bit.</summary>
internal sealed class PeerSignatureVerifier : ISignatureVerifier
{
    public bool Verify(ParticipantId signer, ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature) =>
        signer.TryToPeer(out var peer)
        && peer.TryGetPublicKey(out var key)
        && key.Type == KeyType.Ed25519
        && key.Verify(message, signature);
}
