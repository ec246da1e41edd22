using HyphaMarket.Libp2p.Identity;
using HyphaMarket.Market.Ids;

namespace HyphaMarket.Wire.Tests;

/// <summary>Real keys: signs with a libp2p key, and checks with the key inside the signer's peer id.</summary>
internal sealed class Ed25519Keys(KeyPair keys) : ISigner, ISignatureVerifier
{
    public static Ed25519Keys FromSeed(byte[] seed) => new(KeyPair.FromSeed(seed));

    public ParticipantId Id { get; } = new(keys.PeerId.Span);

    public byte[] Sign(ReadOnlySpan<byte> message) => keys.Sign(message);

    public bool Verify(ParticipantId signer, ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature) =>
        PeerId.TryFromBytes(signer.Span, out var peer) && peer.TryGetPublicKey(out var key) && key.Verify(message, signature);
}
