namespace HyphaMarket.Libp2p.Crypto;

/// <summary>The system lacks the cryptography that every peer needs; the message says what to install.</summary>
public sealed class CryptoUnavailableException : PlatformNotSupportedException
{
    public CryptoUnavailableException()
        : base("Ed25519 and X25519 need OpenSSL 3 (libcrypto.so.3), and this system has none. Install it (Debian and Ubuntu: apt-get install libssl3) and start again.") { }
    public CryptoUnavailableException(string message) : base(message) { }
    public CryptoUnavailableException(string message, Exception innerException) : base(message, innerException) { }
}
