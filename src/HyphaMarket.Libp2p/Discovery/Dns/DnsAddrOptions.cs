namespace HyphaMarket.Libp2p.Discovery.Dns;

/// <summary>Bounds of following <c>/dnsaddr</c> addresses. What a stranger's DNS says must not send a node around the world.</summary>
public sealed record DnsAddrOptions
{
    /// <summary>Names that lead to names, the first included: a network's entry, a region, a node, and one to spare.</summary>
    public int MaxDepth { get; init; } = 4;

    /// <summary>Lookups for one address, all branches together; further names are left out. The public network's entry leads to half a dozen.</summary>
    public int MaxLookups { get; init; } = 16;

    /// <summary>Addresses taken; further ones are left out. Six nodes with ten addresses each fit.</summary>
    public int MaxAddresses { get; init; } = 64;

    /// <summary>Over the whole of it; what was found until then is used.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <exception cref="ArgumentException">A bound is out of its range.</exception>
    public void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxDepth, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxLookups, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxAddresses, 1);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(Timeout, TimeSpan.Zero);
    }
}
