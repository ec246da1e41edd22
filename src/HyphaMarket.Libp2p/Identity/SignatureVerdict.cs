namespace HyphaMarket.Libp2p.Identity;

/// <summary>What came of checking a signature.</summary>
public enum SignatureVerdict
{
    /// <summary>The signature is not by this key over this message.</summary>
    Invalid,

    Valid,

    /// <summary>The platform cannot work with this key, so nothing is known; treat it as invalid and say why.</summary>
    UnsupportedKey,
}
