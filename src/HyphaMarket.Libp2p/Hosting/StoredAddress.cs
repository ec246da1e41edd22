using HyphaMarket.Libp2p.Multiformats;

namespace HyphaMarket.Libp2p.Hosting;

/// <summary>One address of a stored peer.</summary>
/// <param name="Expires">On the wall clock, which goes on while the program is not running.</param>
internal sealed record StoredAddress(Multiaddr Address, AddressOrigin Origin, DateTimeOffset Expires, bool HasWorked);
