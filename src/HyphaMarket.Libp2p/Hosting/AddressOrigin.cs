namespace HyphaMarket.Libp2p.Hosting;

/// <summary>Whose word an address is, in the order of belief.</summary>
internal enum AddressOrigin
{
    /// <summary>Anybody's: another peer, the DHT, an operator.</summary>
    Hearsay,

    /// <summary>The peer's own, over an authenticated connection.</summary>
    Identified,

    /// <summary>The peer's own, signed, so that others can be shown it.</summary>
    Certified,
}
