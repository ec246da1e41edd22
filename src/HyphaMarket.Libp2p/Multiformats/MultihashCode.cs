namespace HyphaMarket.Libp2p.Multiformats;

/// <summary>The hash functions that libp2p names peers and content with (multicodec table).</summary>
public enum MultihashCode
{
    /// <summary>No hash: the digest is the data itself.</summary>
    Identity = 0x00,

    /// <summary>SHA-256, 32 bytes.</summary>
    Sha2256 = 0x12,
}
