namespace HyphaMarket.Libp2p.Kademlia.Routing;

/// <summary>Finds key bytes whose hash falls into a given bucket, since a request carries key bytes and not a point.</summary>
internal static class RefreshKey
{
    private const int KeyBytes = 32;

    /// <summary>Random bytes whose point shares exactly <paramref name="prefixBits"/> leading bits with our own.</summary>
    /// <param name="self">Our own point.</param>
    /// <param name="prefixBits">At most 24; the search takes 2^(bits+1) hashes on average.</param>
    /// <returns>Null where 64 times the average number of tries found none, which happens once in e^64.</returns>
    public static byte[]? Find(KadKey self, int prefixBits, Random random)
    {
        ArgumentNullException.ThrowIfNull(random);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(prefixBits, 24);
        ArgumentOutOfRangeException.ThrowIfNegative(prefixBits);
        var key = new byte[KeyBytes];
        for (var tries = 64L << (prefixBits + 1); tries > 0; tries--)
        {
            random.NextBytes(key);
            if (KadKey.Of(key).DistanceTo(self).CommonPrefixLength == prefixBits) return key;
        }
        return null;
    }
}
