namespace HyphaMarket.Libp2p.Identity.Records;

/// <summary>Why a signed envelope, or the record in it, was refused.</summary>
public enum EnvelopeFault
{
    None,

    /// <summary>The bytes are too long, not the canonical encoding, or without a key, a payload or a signature.</summary>
    Malformed,

    /// <summary>The envelope carries a payload of another type than was asked for.</summary>
    WrongType,

    /// <summary>The signature is not by the envelope's key over this payload in this domain.</summary>
    WrongSignature,

    /// <summary>The platform cannot check signatures of this key.</summary>
    UnsupportedKey,

    /// <summary>The signature holds, but the payload cannot be read.</summary>
    MalformedPayload,

    /// <summary>The signature holds, but the record speaks of another peer than the one that signed it.</summary>
    WrongPeer,
}
