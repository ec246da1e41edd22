namespace HyphaMarket.Libp2p.Identity;

/// <summary>The kinds of identity keys, with their numbers on the wire (libp2p/specs peer-ids/peer-ids.md).</summary>
public enum KeyType
{
    Rsa = 0,
    Ed25519 = 1,
    Secp256k1 = 2,
    Ecdsa = 3,
}
