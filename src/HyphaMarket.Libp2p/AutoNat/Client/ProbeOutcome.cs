namespace HyphaMarket.Libp2p.AutoNat.Client;

/// <summary>How a request ended.</summary>
internal enum ProbeOutcome
{
    /// <summary>The server dialled the address, and its dial-back came.</summary>
    Reachable,

    /// <summary>The server could not dial the address.</summary>
    Unreachable,

    /// <summary>The server dials none of the addresses, but may dial others.</summary>
    Refused,

    /// <summary>The server failed, is at its limits, asked too much, or said what cannot be true.</summary>
    Failed,
}
