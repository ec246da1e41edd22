namespace HyphaMarket.Libp2p.Crypto;

/// <summary>Whose arithmetic makes a signature, or checks one once its encodings have passed.</summary>
internal enum SignatureBackend
{
    /// <summary>The system's libcrypto, which is always there.</summary>
    OpenSsl,

    /// <summary>libsodium, where the system has it.</summary>
    Sodium,
}
