namespace HyphaMarket.Libp2p.Resources;

/// <summary>What a <see cref="ConnectionGater"/> says.</summary>
public enum GateVerdict
{
    /// <summary>No list names it: limits decide.</summary>
    None,

    /// <summary>Limits on connections do not apply, but for the one on all together.</summary>
    Allowed,

    /// <summary>No connection is made or kept.</summary>
    Denied,
}
