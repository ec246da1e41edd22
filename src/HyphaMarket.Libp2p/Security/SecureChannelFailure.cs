namespace HyphaMarket.Libp2p.Security;

/// <summary>Why a secure channel could not be made or could not go on.</summary>
public enum SecureChannelFailure
{
    /// <summary>The connection ended inside a message.</summary>
    Truncated,

    /// <summary>A message is too short, too long, or not what the protocol puts there.</summary>
    Malformed,

    /// <summary>A message does not decrypt: damaged, replayed, out of order, or under another key.</summary>
    NotAuthentic,

    /// <summary>The peer's public key has small order, so there is no secret to share.</summary>
    WeakKey,

    /// <summary>The peer's identity did not sign its static key or certificate, or the certificate is not signed by its own key.</summary>
    BadSignature,

    /// <summary>The peer's identity key is of a kind that this platform cannot verify.</summary>
    UnsupportedKey,

    /// <summary>The peer's certificate is not valid yet or no more.</summary>
    Expired,

    /// <summary>Somebody answered, and it is not the peer that was dialled.</summary>
    WrongPeer,

    /// <summary>All nonces of one direction are used up.</summary>
    Exhausted,

    /// <summary>An earlier failure or cancelled write left the channel unusable.</summary>
    Broken,
}
