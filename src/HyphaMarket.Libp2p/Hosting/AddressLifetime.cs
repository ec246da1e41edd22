namespace HyphaMarket.Libp2p.Hosting;

/// <summary>How long addresses are kept, by where they come from. Addresses told or signed by a connected peer do not age; their life begins when it leaves.</summary>
public static class AddressLifetime
{
    /// <summary>What was found on the local network: a laptop may be gone any minute, and it is announced anew all the time.</summary>
    public static readonly TimeSpan Local = TimeSpan.FromMinutes(5);

    /// <summary>What a stranger told, or what was just dialled: long enough to use it, short enough that lies do not gather.</summary>
    public static readonly TimeSpan Hearsay = TimeSpan.FromMinutes(10);

    /// <summary>What the peer told by identify.</summary>
    public static readonly TimeSpan Identified = TimeSpan.FromHours(1);

    /// <summary>What the peer signed: good for a night's pause of either side, after which a node must find its network again.</summary>
    public static readonly TimeSpan Certified = TimeSpan.FromHours(24);

    /// <summary>What an operator wrote; it stays as long as its peer is in the store, and is not saved, because the configuration has it.</summary>
    public static readonly TimeSpan Permanent = TimeSpan.MaxValue;
}
