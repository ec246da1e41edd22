namespace HyphaMarket.Libp2p.Hosting;

/// <summary>Whether strangers can dial this node.</summary>
public enum Reachability
{
    /// <summary>Not found out yet.</summary>
    Unknown,

    /// <summary>At least one address was dialled back.</summary>
    Public,

    /// <summary>No address could be dialled back: a NAT or a firewall is in between.</summary>
    Private,
}
