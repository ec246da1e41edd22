namespace HyphaMarket.Libp2p.Transport.WebSockets;

/// <summary>Why a request to become a web socket is refused; the value is the HTTP status.</summary>
internal enum UpgradeRefusal
{
    None = 0,
    BadRequest = 400,

    /// <summary>RFC 6455 4.2.2: "If this version does not match a version understood by the server … send an appropriate HTTP error code (such as 426 Upgrade Required)".</summary>
    UpgradeRequired = 426,
    HeadTooLarge = 431,
}
