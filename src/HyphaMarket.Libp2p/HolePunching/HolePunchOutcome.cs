namespace HyphaMarket.Libp2p.HolePunching;

/// <summary>How the upgrade of a relayed connection ended.</summary>
public enum HolePunchOutcome
{
    /// <summary>The peer could be dialled: no hole was needed.</summary>
    Dialled,

    /// <summary>Both dialled at the same moment, and met.</summary>
    Punched,

    /// <summary>There is no direct connection; the relayed one goes on.</summary>
    Failed,
}
