namespace HyphaMarket.Libp2p.Identity;

/// <summary>An Ed25519 key pair. To be completed: generation, seed, protobuf form, public key, verification.</summary>
public sealed class KeyPair
{
    /// <summary>The peer id of the public key.</summary>
    public PeerId PeerId => throw new NotImplementedException();

    /// <summary>Signs a message; the result is 64 bytes.</summary>
    public byte[] Sign(ReadOnlySpan<byte> message) => throw new NotImplementedException();
}
