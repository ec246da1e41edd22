using HyphaMarket.Libp2p.Multiformats;

namespace HyphaMarket.Libp2p.Hosting;

/// <summary>One address of one peer in the store.</summary>
/// <param name="Lifetime">The life it was given, counted anew when the peer disconnects if the address is the peer's own word.</param>
/// <param name="Expires">The end of its life on the store's clock.</param>
/// <param name="HasWorked">It led to the peer, so it is tried first.</param>
internal readonly record struct KnownAddress(Multiaddr Address, AddressOrigin Origin, TimeSpan Lifetime, TimeSpan Expires, bool HasWorked)
{
    /// <summary>What is dropped last and dialled first has the highest rank.</summary>
    public int Rank => HasWorked ? int.MaxValue : (int)Origin;
}
