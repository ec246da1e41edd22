using Google.Protobuf;
using HyphaMarket.Libp2p.Crypto;
using HyphaMarket.Libp2p.Identity;
using HyphaMarket.Libp2p.Security.Messages;

namespace HyphaMarket.Libp2p.Security.Noise;

/// <summary>What a node brings to every handshake: its identity key, a static Noise key, and the identity's signature of the static key.</summary>
/// <remarks>
/// libp2p/specs noise/README.md: "a single static keypair may be generated when noise-libp2p is initialized and used for all
/// sessions", and "implementations SHOULD NOT store the static Noise key to disk". One for the life of a host saves a key
/// generation and a signature for each handshake. Safe for use by many threads. The identity's key pair stays the caller's.
/// </remarks>
public sealed class NoiseIdentity : IDisposable
{
    private readonly byte[] _signature;

    private NoiseIdentity(KeyPair keys, X25519PrivateKey staticKey)
    {
        Keys = keys;
        StaticKey = staticKey;
        _signature = keys.Sign(NoisePayload.SignedBytes(staticKey.PublicKey));
    }

    /// <summary>The node's identity.</summary>
    public KeyPair Keys { get; }

    internal X25519PrivateKey StaticKey { get; }

    /// <summary>Makes a fresh static key for an identity.</summary>
    public static NoiseIdentity Create(KeyPair keys)
    {
        ArgumentNullException.ThrowIfNull(keys);
        return new NoiseIdentity(keys, X25519PrivateKey.Generate());
    }

    /// <summary>The payload of this node's handshake message: key, signature and the muxers it offers, preferred first.</summary>
    internal byte[] BuildPayload(IReadOnlyList<string> muxers)
    {
        var payload = new NoiseHandshakePayload
        {
            IdentityKey = UnsafeByteOperations.UnsafeWrap(Keys.PublicKey.Protobuf),
            IdentitySig = UnsafeByteOperations.UnsafeWrap(_signature),
        };
        if (muxers.Count > 0) payload.Extensions = new NoiseExtensions { StreamMuxers = { muxers } };
        return payload.ToByteArray();
    }

    public void Dispose() => StaticKey.Dispose();
}
